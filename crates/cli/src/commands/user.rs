//! `nurture user add|list|role|password|remove`: who may sign in at the server, and what they may do there.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell::{self, Given, UserRequest};
use crate::view::users;
use model::words::say;
use serde_json::json;

/// What `user` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do with users.
    #[command(subcommand)]
    pub deed: Deed,
}

/// What is done with users.
#[derive(Debug, clap::Subcommand)]
pub enum Deed {
    /// Let somebody sign in; a password is made and shown this once
    #[command(
        after_help = "Examples:\n  nurture user add wang.wei --role admin\n  nurture user add li.na --role rep --rep li.na"
    )]
    Add(Add),
    /// Show who may sign in, and when they last did
    #[command(after_help = "Example:\n  nurture user list")]
    List(List),
    /// Give a user another role; they have to sign in again
    #[command(after_help = "Example:\n  nurture user role li.na manager --rep li.na")]
    Role(Role),
    /// Give a user a new password, shown this once; they have to sign in again
    #[command(after_help = "Example:\n  nurture user password li.na")]
    Password(Password),
    /// Let somebody sign in no more; where they are signed in it ends at once
    #[command(after_help = "Example:\n  nurture user remove li.na")]
    Remove(Remove),
}

/// What `user add` takes.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// What they type to sign in: letters, digits and . _ - @ +
    #[arg(value_name = "NAME")]
    pub name: String,
    /// What they may do: admin, operator, marketer, manager, rep or viewer
    #[arg(long, value_name = "ROLE")]
    pub role: String,
    /// Which rep they are, with the role rep or manager
    #[arg(long, value_name = "REP")]
    pub rep: Option<String>,
    /// Read the password from standard input, a line, instead of making one
    #[arg(long)]
    pub password_stdin: bool,
    /// Who does it; it stands in the audit
    #[arg(long, value_name = "NAME", default_value = "nurture")]
    pub by: String,
}

/// What `user list` takes.
#[derive(Debug, clap::Args)]
pub struct List {}

/// What `user role` takes.
#[derive(Debug, clap::Args)]
pub struct Role {
    /// Who, as `nurture user list` shows them
    #[arg(value_name = "NAME")]
    pub name: String,
    /// What they may do: admin, operator, marketer, manager, rep or viewer
    #[arg(value_name = "ROLE")]
    pub role: String,
    /// Which rep they are, with the role rep or manager
    #[arg(long, value_name = "REP")]
    pub rep: Option<String>,
    /// Who does it; it stands in the audit
    #[arg(long, value_name = "NAME", default_value = "nurture")]
    pub by: String,
}

/// What `user password` takes.
#[derive(Debug, clap::Args)]
pub struct Password {
    /// Who, as `nurture user list` shows them
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Read the password from standard input, a line, instead of making one
    #[arg(long)]
    pub password_stdin: bool,
    /// Who does it; it stands in the audit
    #[arg(long, value_name = "NAME", default_value = "nurture")]
    pub by: String,
}

/// What `user remove` takes.
#[derive(Debug, clap::Args)]
pub struct Remove {
    /// Who, as `nurture user list` shows them
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Who does it; it stands in the audit
    #[arg(long, value_name = "NAME", default_value = "nurture")]
    pub by: String,
}

/// Makes, lists, changes, takes away. Exit 2: no such role, a password of another length; 4: no such user; 5: there is
/// one of the name.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let language = context.language;
    match &args.deed {
        Deed::Add(args) => {
            let request = UserRequest {
                name: args.name.clone(),
                role: args.role.clone(),
                rep: args.rep.clone(),
                by: args.by.clone(),
            };
            let given = given(args.password_stdin)?;
            let (user, made) = context.wait(shell::add_user(&context.config, &request, given))?;
            if context.json {
                let mut shown = users::json(&user);
                if let (Some(made), Some(shown)) = (made, shown.as_object_mut()) {
                    shown.insert("password".to_owned(), json!(made));
                }
                out.json(&shown)?;
            } else {
                told(made.as_deref(), "user-added", &user.name, context, out)?;
            }
        }
        Deed::List(List {}) => {
            let all = context.wait(shell::users(&context.config))?;
            if context.json {
                out.json(&all.iter().map(users::json).collect())?;
            } else {
                out.text(&users::human(&all, &context.config.zone.value, language))?;
            }
        }
        Deed::Role(args) => {
            let request = UserRequest {
                name: args.name.clone(),
                role: args.role.clone(),
                rep: args.rep.clone(),
                by: args.by.clone(),
            };
            let name = context.wait(shell::set_user_role(&context.config, &request))?;
            if context.json {
                out.json(&json!({ "did": "role", "name": name, "role": args.role, "rep": args.rep }))?;
            } else {
                let values = [("name", name.as_str()), ("role", args.role.as_str())];
                out.line(&say(language, "user-has-role", &values))?;
            }
        }
        Deed::Password(args) => {
            let given = given(args.password_stdin)?;
            let done = shell::set_user_password(&context.config, &args.name, given, &args.by);
            let (name, made) = context.wait(done)?;
            if context.json {
                out.json(&json!({ "did": "password", "name": name, "password": made }))?;
            } else {
                told(made.as_deref(), "user-has-password", &name, context, out)?;
            }
        }
        Deed::Remove(args) => {
            let name = context.wait(shell::remove_user(&context.config, &args.name, &args.by))?;
            if context.json {
                out.json(&json!({ "did": "remove", "name": name }))?;
            } else {
                out.line(&say(language, "user-removed", &[("name", &name)]))?;
            }
        }
    }
    Ok(Exit::Fine)
}

/// The password of standard input, without the end of its line.
fn given(from_stdin: bool) -> Result<Given, Failure> {
    if !from_stdin {
        return Ok(Given::Make);
    }
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    read.map_err(|error| Failure::new(Exit::Configuration, error.to_string()))?;
    Ok(Given::This(line.trim_end_matches(['\n', '\r']).to_owned()))
}

/// A password that was made stands alone on standard output, what it is for beside it.
fn told(made: Option<&str>, key: &str, name: &str, context: &Context, out: &mut Out) -> Result<(), Failure> {
    let said = say(context.language, key, &[("name", name)]);
    match made {
        None => out.line(&said),
        Some(password) => {
            crate::complain(&format!("{said} {}", say(context.language, "user-password-shown", &[])));
            out.line(password)
        }
    }
}
