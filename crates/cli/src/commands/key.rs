//! `nurture key create|list|revoke`: who may speak HTTP with it; `nurture key rotate`: what links are signed with.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell::{self, KeyRequest};
use crate::times;
use crate::view::keys;
use model::words::say;
use serde_json::json;

/// What `key` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do with keys.
    #[command(subcommand)]
    pub deed: Deed,
}

/// What is done with keys.
#[derive(Debug, clap::Subcommand)]
pub enum Deed {
    /// Make a key; its text is shown this once
    #[command(
        after_help = "Examples:\n  nurture key create shop --scope events:write\n  nurture key create li --role rep --rep li.na --expires \"90 days\""
    )]
    Create(Create),
    /// Show the keys and when each was last used
    #[command(after_help = "Example:\n  nurture key list")]
    List(List),
    /// End a key: within seconds it opens nothing
    #[command(after_help = "Example:\n  nurture key revoke 4f1c09ab77e2")]
    Revoke(Revoke),
    /// Sign links and bounce addresses with a new key from now on; what was signed before stays good
    #[command(after_help = "Example:\n  nurture key rotate --by wang.wei")]
    Rotate(Rotate),
}

/// What `key rotate` takes.
#[derive(Debug, clap::Args)]
pub struct Rotate {
    /// Who does it; it stands in the audit
    #[arg(long, value_name = "NAME", default_value = "nurture")]
    pub by: String,
}

/// What `key create` takes.
#[derive(Debug, clap::Args)]
pub struct Create {
    /// What people call it: the shop, the colleague
    #[arg(value_name = "NAME")]
    pub name: String,
    /// What it may do at most: admin, operator, marketer, manager, rep or viewer
    #[arg(long, value_name = "ROLE", required_unless_present = "scope")]
    pub role: Option<String>,
    /// For whom it speaks, with the role rep or manager
    #[arg(long, value_name = "REP")]
    pub rep: Option<String>,
    /// Only this; with several, only these [default: all that its role may]
    #[arg(long, value_name = "SCOPE", value_delimiter = ',')]
    pub scope: Vec<String>,
    /// From when on it opens nothing: a day, or a length of time such as `90 days` [default: never]
    #[arg(long, value_name = "TIME")]
    pub expires: Option<String>,
    /// Who makes it; it stands in the audit
    #[arg(long, value_name = "NAME", default_value = "nurture")]
    pub by: String,
}

/// What `key list` takes.
#[derive(Debug, clap::Args)]
pub struct List {}

/// What `key revoke` takes.
#[derive(Debug, clap::Args)]
pub struct Revoke {
    /// The id that `nurture key list` shows
    #[arg(value_name = "ID")]
    pub id: String,
    /// Who ends it; it stands in the audit
    #[arg(long, value_name = "NAME", default_value = "nurture")]
    pub by: String,
}

/// Makes, lists, ends. Exit 2: no such role or scope; 4: no such key.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let language = context.language;
    match &args.deed {
        Deed::Create(args) => {
            let expires = args.expires.as_deref().map(|text| match text.parse::<model::Length>() {
                Ok(length) => Ok(shell::Expiry::After(length)),
                Err(_) => times::instant(text, &context.config.zone.value, language).map(shell::Expiry::At),
            });
            let request = KeyRequest {
                name: args.name.clone(),
                role: args.role.clone(),
                rep: args.rep.clone(),
                scopes: args.scope.clone(),
                expires: expires.transpose()?,
                by: args.by.clone(),
            };
            let (key, text) = context.wait(shell::create_key(&context.config, &request))?;
            if context.json {
                let mut shown = keys::json(&key);
                if let Some(shown) = shown.as_object_mut() {
                    shown.insert("key".to_owned(), json!(text));
                }
                out.json(&shown)?;
            } else {
                out.line(&text)?;
                crate::complain(&say(language, "key-created", &[("id", &key.id), ("name", &key.name)]));
            }
        }
        Deed::List(List {}) => {
            let all = context.wait(shell::keys(&context.config))?;
            if context.json {
                out.json(&all.iter().map(keys::json).collect())?;
            } else {
                out.text(&keys::human(&all, &context.config.zone.value, language))?;
            }
        }
        Deed::Rotate(args) => {
            let id = context.wait(shell::rotate_key(&context.config, &args.by))?;
            if context.json {
                out.json(&json!({ "did": "rotate", "signing_key": id }))?;
            } else {
                out.line(&say(language, "key-rotated", &[("id", &id.to_string())]))?;
            }
        }
        Deed::Revoke(args) => {
            let ended = context.wait(shell::revoke_key(&context.config, &args.id, &args.by))?;
            if context.json {
                out.json(&json!({ "did": "revoke", "id": args.id, "new": ended }))?;
            } else {
                let key = if ended { "key-revoked" } else { "key-revoked-before" };
                out.line(&say(language, key, &[("id", &args.id)]))?;
            }
        }
    }
    Ok(Exit::Fine)
}
