//! What the small readers say.

use super::*;
use crate::diagnostic::{Colour, human, mended};
use crate::source::{FileId, Sources};
use crate::yaml;
use model::words::Language;

struct Read {
    sources: Sources,
    file: FileId,
    node: Node,
    report: Report,
}

fn read(text: &str) -> Read {
    let mut sources = Sources::new();
    let file = sources.add("a.yaml", text);
    let mut report = Report::new();
    let node = yaml::read(&sources, file, &mut report).unwrap();
    assert!(report.is_empty(), "{report:?}");
    Read { sources, file, node, report }
}

impl Read {
    fn fields(&mut self) -> Fields<'_> {
        Fields::of(&self.node, "thing-here", &mut self.report).unwrap()
    }

    fn codes(&self) -> Vec<Code> {
        self.report.diagnostics().iter().map(|d| d.code).collect()
    }

    fn mended(&self) -> String {
        mended(&self.report, &self.sources, self.file).unwrap_or_default()
    }
}

#[test]
fn fields_read_each_kind_and_say_nothing_of_a_right_map() {
    let Read { node, mut report, .. } =
        read("name: 365\nshare: 12.5\ntimes: 3\nagain: true\nby: owner\nways: [a, b]\nno: x\n");
    let mut fields = Fields::of(&node, "thing-here", &mut report).unwrap();
    assert_eq!(fields.required_text("name", &mut report).unwrap().value, "365");
    assert_eq!(fields.number("share", &mut report).unwrap().value, "12.5".parse().unwrap());
    assert_eq!(fields.whole("times", 1..=50, &mut report).unwrap().value, 3);
    assert!(fields.bool("again", &mut report).unwrap().value);
    assert_eq!(fields.choice("by", &[("owner", 1), ("skill", 2)], &mut report).unwrap().value, 1);
    let item = |node: &'_ Node, report: &mut Report| text(node, None, report).map(|t| t.value.to_owned());
    assert_eq!(fields.list_of("ways", &mut report, item), ["a", "b"]);
    assert_eq!(fields.one_or_many("no", &mut report, item), ["x"]);
    assert_eq!(fields.text("title", &mut report), None);
    fields.finish(&mut report);
    assert!(report.is_empty(), "{report:?}");
}

#[test]
fn an_unknown_key_is_named_with_the_closest_free_one() {
    let mut read = read("audience: x\naudiense: y\nonwer: z\nqqq: 1\n");
    let mut report = Report::new();
    let mut fields = read.fields();
    fields.know(&["audience", "owner", "title"]);
    fields.finish(&mut report);
    read.report = report;
    let said = human(&read.report, &read.sources, Language::En, Colour::Never);
    assert_eq!(read.codes(), [Code::E0301; 3]);
    assert!(!said.contains("did you mean `audience`"), "it stands there already:\n{said}");
    assert!(said.contains("did you mean `owner`?"), "{said}");
    assert!(said.contains("known here: audience, owner, title"), "{said}");
    assert_eq!(read.mended(), "audience: x\naudiense: y\nowner: z\nqqq: 1\n");
}

#[test]
fn a_missing_key_is_said_at_the_head_of_the_map() {
    let mut read = read("title: x\nwithin:\n");
    let mut report = Report::new();
    let mut fields = read.fields();
    assert_eq!(fields.required("event", &mut report), None);
    assert_eq!(fields.required("within", &mut report), None);
    read.report = report;
    assert_eq!(read.codes(), [Code::E0302, Code::E0304]);
    assert_eq!(
        human(&read.report, &read.sources, Language::Zh, Colour::Never),
        "错误[E0302]: 这里缺少 `event`
 --> a.yaml:1:1
  |
1 | title: x
  | ^^^^^
  |
  = 办法: 在这里加一行 `event: …`

错误[E0304]: `within` 后面什么都没有
 --> a.yaml:2:1
  |
2 | within:
  | ^^^^^^
  |
  = 办法: 写上值，或者去掉这一行
"
    );
}

#[test]
fn wrong_kinds_are_said_and_mended_where_there_is_one_answer() {
    let text = "a: [1]\nb: '5'\nc: yes\nd: { x: 1 }\ne: 3\nf: skil\ng: 99999999999999\nh: 1.5\n";
    let mut read = read(text);
    let mut report = Report::new();
    let mut fields = read.fields();
    assert!(fields.text("a", &mut report).is_none());
    assert!(fields.number("b", &mut report).is_none());
    assert!(fields.bool("c", &mut report).is_none());
    assert!(fields.list_of("d", &mut report, |node, _| Some(node.span)).is_empty());
    assert!(fields.whole("e", 5..=9, &mut report).is_none());
    assert!(fields.choice("f", &[("skill", ())], &mut report).is_none());
    assert!(fields.number("g", &mut report).is_none());
    assert!(fields.whole("h", 0..=9, &mut report).is_none());
    fields.finish(&mut report);
    read.report = report;
    let codes = [Code::E0303, Code::E0303, Code::E0303, Code::E0303];
    assert_eq!(read.codes()[..4], codes);
    assert_eq!(read.codes()[4..], [Code::E0306, Code::E0305, Code::E0306, Code::E0306]);
    assert_eq!(read.report.diagnostics()[0].message_in(Language::En), "`a` needs a text, and this is a list");
    assert_eq!(read.report.diagnostics()[3].message_in(Language::Zh), "`d` 需要列表，写的却是一组 `键: 值`");
    assert_eq!(read.mended(), text.replace("'5'", "5").replace("yes", "true").replace("skil\n", "skill\n"));
}

#[test]
fn a_list_with_nothing_behind_a_dash_keeps_its_other_items() {
    let read = read("- a\n-\n- [b]\n- c\n");
    let mut report = Report::new();
    let items = list(&read.node, None, &mut report).unwrap();
    let texts = each(items, &mut report, |node, report| text(node, None, report).map(|t| t.value));
    assert_eq!(texts, ["a", "c"]);
    let codes: Vec<Code> = report.diagnostics().iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::E0304, Code::E0303]);
}

#[test]
fn a_step_with_a_full_width_colon_or_no_space_gets_that_message() {
    for (text, right) in
        [("- email：welcome\n", "- email: welcome\n"), ("- email:welcome\n", "- email: welcome\n")]
    {
        let mut read = read(text);
        let mut report = Report::new();
        assert!(map(&read.node.items().unwrap()[0], None, &mut report).is_none());
        read.report = report;
        assert_eq!(read.codes().len(), 1);
        assert!(matches!(read.codes()[0], Code::E0108 | Code::E0117));
        assert_eq!(read.mended(), right);
    }
    let read = read("- http://example.com\n");
    let mut report = Report::new();
    assert!(map(&read.node.items().unwrap()[0], None, &mut report).is_none());
    assert_eq!(report.diagnostics()[0].code, Code::E0303);
}

#[test]
fn a_misspelt_key_is_one_mistake_where_the_right_one_must_be_there() {
    let mut read = read("adress: a@b.cn\n");
    let mut fields = Fields::of(&read.node, "thing-sender", &mut read.report).unwrap();
    assert!(fields.required("address", &mut read.report).is_none());
    assert!(fields.required("name", &mut read.report).is_none());
    fields.finish(&mut read.report);
    assert_eq!(read.codes(), [Code::E0302, Code::E0301]);
    let missing = read.report.diagnostics()[0].message_in(Language::En);
    assert!(missing.starts_with("`name` is missing"), "{missing}");
}

#[test]
fn a_sign_that_is_refused_is_not_nothing_too() {
    let mut sources = Sources::new();
    let file = sources.add("a.yaml", "note: &x\nid:\n");
    let mut report = Report::new();
    let node = yaml::read(&sources, file, &mut report).unwrap();
    let mut fields = Fields::of(&node, "thing-step", &mut report).unwrap();
    assert!(fields.optional("note", &mut report).is_none() && fields.optional("id", &mut report).is_none());
    let codes: Vec<Code> = report.diagnostics().iter().map(|said| said.code).collect();
    assert_eq!(codes, [Code::E0111, Code::E0304]);
}
