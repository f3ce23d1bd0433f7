//! What a project gives names to, and where: for the schema's choices, for completion and for "go to
//! definition".

use super::Kind;
use crate::diagnostic::{Code, Report};
use crate::library::Library;
use crate::source::{FileId, Sources, Span};
use crate::template;
use crate::yaml::{self, Node};
use model::Type;
use std::collections::BTreeMap;

/// The names of a project by kind, each with the place that declares it; `None`: it is always there.
#[derive(Clone, Debug, Default)]
pub struct Names {
    all: BTreeMap<Kind, BTreeMap<String, Option<Span>>>,
    fields: BTreeMap<(String, String), Span>,
}

impl Names {
    /// Gathers the names of all files. A file with mistakes counts as far as it could be read.
    pub fn of(sources: &Sources, library: &Library) -> Self {
        let mut names = Self::default();
        for file in sources.ids() {
            let path = sources.name(file);
            if template::is_template(path) {
                if let Some(name) = template_name(path) {
                    names.declare(Kind::Template, name, Some(Span::new(file, 0, 0)));
                }
            } else if let Some(node) = yaml::read(sources, file, &mut Report::new()) {
                names.gather(&node, file);
            }
        }
        names.always(library);
        names
    }

    /// The names of a kind, in alphabetical order.
    pub fn list(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.all.get(&kind).into_iter().flat_map(|names| names.keys().map(String::as_str))
    }

    /// Whether a name of that kind exists.
    pub fn has(&self, kind: Kind, name: &str) -> bool {
        self.all.get(&kind).is_some_and(|names| names.contains_key(name))
    }

    /// Where a name is declared; `None`: nowhere, or it is always there.
    pub fn place(&self, kind: Kind, name: &str) -> Option<Span> {
        self.all.get(&kind)?.get(name).copied().flatten()
    }

    /// Where a field of an event is declared.
    pub fn field(&self, event: &str, field: &str) -> Option<Span> {
        self.fields.get(&(event.to_owned(), field.to_owned())).copied()
    }

    fn declare(&mut self, kind: Kind, name: impl Into<String>, place: Option<Span>) {
        self.all.entry(kind).or_default().entry(name.into()).or_insert(place);
    }

    fn declare_keys(&mut self, kind: Kind, node: &Node) {
        for entry in node.entries().unwrap_or_default() {
            self.declare(kind, entry.key.as_str(), Some(entry.key_span));
        }
    }

    fn gather(&mut self, file: &Node, id: FileId) {
        let Some(first) = file.entries().and_then(<[_]>::first) else { return };
        let own = || first.value.raw_text().map(str::to_owned).unwrap_or_default();
        let place = Some(if first.value.is_null() { Span::new(id, 0, 0) } else { first.value.span });
        match first.key.as_str() {
            "workflow" => self.declare(Kind::Workflow, own(), place),
            "scoring" => self.declare(Kind::Score, own(), place),
            "segments" => self.declare_keys(Kind::Segment, &first.value),
            "teams" => self.teams(&first.value),
            "senders" => self.declare_keys(Kind::Sender, &first.value),
            "topics" => self.declare_keys(Kind::Topic, &first.value),
            "tables" => self.declare_keys(Kind::Table, &first.value),
            "channels" => self.declare_keys(Kind::Channel, &first.value),
            "model" => self.model(file),
            _ => {}
        }
    }

    fn teams(&mut self, node: &Node) {
        self.declare_keys(Kind::Team, node);
        for team in node.entries().unwrap_or_default() {
            let members = team.value.get("members").and_then(|members| members.value.items());
            for member in members.unwrap_or_default() {
                let rep = member.get("rep").map_or(member, |rep| &rep.value);
                if let Some(name) = rep.raw_text() {
                    self.declare(Kind::Rep, name, Some(rep.span));
                }
            }
            if let Some(lead) = team.value.get("lead")
                && let Some(name) = lead.value.raw_text()
            {
                self.declare(Kind::Rep, name, Some(lead.value.span));
            }
        }
    }

    fn model(&mut self, file: &Node) {
        for entry in file.get("customer").and_then(|entry| entry.value.entries()).unwrap_or_default() {
            self.declare(Kind::Attribute, entry.key.as_str(), Some(entry.key_span));
            self.declare(Kind::Path, format!("customer.{}", entry.key), Some(entry.key_span));
            if entry.key == "stage" {
                self.stages(entry.value.get("one_of").map(|one_of| &one_of.value));
            }
        }
        for event in file.get("events").and_then(|entry| entry.value.entries()).unwrap_or_default() {
            self.declare(Kind::Event, event.key.as_str(), Some(event.key_span));
            for field in event.value.entries().unwrap_or_default() {
                self.fields.insert((event.key.clone(), field.key.clone()), field.key_span);
            }
        }
        for entity in file.get("entities").and_then(|entry| entry.value.entries()).unwrap_or_default() {
            self.declare(Kind::Entity, entity.key.as_str(), Some(entity.key_span));
            self.stages(entity.value.get("stages").map(|stages| &stages.value));
            for field in entity.value.entries().unwrap_or_default() {
                self.declare(Kind::Path, format!("{}.{}", entity.key, field.key), Some(field.key_span));
            }
        }
    }

    fn stages(&mut self, node: Option<&Node>) {
        for stage in node.and_then(Node::items).unwrap_or_default() {
            if let Some(name) = stage.raw_text() {
                self.declare(Kind::Stage, name, Some(stage.span));
            }
        }
    }

    /// What is there without being declared.
    fn always(&mut self, library: &Library) {
        let model = &library.model;
        for name in model.customer.keys() {
            self.declare(Kind::Attribute, name.as_str(), None);
            self.declare(Kind::Path, format!("customer.{name}"), None);
        }
        for (kind, entity) in &model.entities {
            for name in entity.attributes.keys() {
                self.declare(Kind::Attribute, format!("{kind}.{name}"), None);
                self.declare(Kind::Path, format!("{kind}.{name}"), None);
            }
            self.declare(Kind::Type, kind.as_str(), None);
        }
        // What the reader of the model made of its words; keys such as `stages` are no attributes.
        let entities = &model.entities;
        if let Some(paths) = self.all.get_mut(&Kind::Path) {
            paths.retain(|path, _| match path.split_once('.') {
                Some(("customer", _)) | None => true,
                Some((kind, field)) => {
                    entities.get(kind).is_none_or(|entity| entity.attributes.contains_key(field))
                }
            });
        }
        for name in model.events.keys() {
            self.declare(Kind::Event, name.as_str(), None);
        }
        for name in library.topics.keys() {
            self.declare(Kind::Topic, name.as_str(), None);
        }
        self.declare(Kind::Entity, "customer", None);
        for name in Type::NAMES.into_iter().chain(["customer", "team"]) {
            self.declare(Kind::Type, name, None);
        }
        for code in Code::ALL.iter().map(|code| code.as_str()).filter(|code| code.starts_with('W')) {
            self.declare(Kind::Lint, code, None);
        }
    }
}

/// `workflows/templates/winback/offer.zh-CN.md.hbs` is `winback/offer`; `None`: the layout.
pub fn template_name(path: &str) -> Option<&str> {
    if template::is_picture(path) || template::is_part(path) {
        return None;
    }
    let inside = path.split_once("templates/").map_or(path, |(_, inside)| inside);
    let file = inside.rfind('/').map_or(0, |slash| slash + 1);
    let end = inside.get(file..)?.find('.').map_or(inside.len(), |dot| file + dot);
    inside.get(..end).filter(|name| !name.is_empty() && *name != "layout" && !name.starts_with("layouts/"))
}
