//! Shapes, encodings, rows that are bad: what reading a file promises.

use std::fmt::Write;

use encoding_rs::GB18030;
use model::words::Language;

use super::*;

/// Reads a file and prints each row on a line: its line, its cells, or why it is bad.
fn read(bytes: &[u8], name: &str, change: impl FnOnce(&mut Format)) -> String {
    let path = Path::new(name);
    let mut format = Format::of_path(path);
    change(&mut format);
    let mut rows = match Rows::open(bytes, &format, path) {
        Ok(rows) => rows,
        Err(error) => return error.to_string(),
    };
    let mut out = String::new();
    loop {
        match rows.next_row(path) {
            Ok(None) => return out,
            Ok(Some(Ok(row))) => {
                write!(out, "{}", row.line).unwrap();
                for (name, cell) in &row.cells {
                    write!(out, " {name}=[{}]", cell.text()).unwrap();
                }
            }
            Ok(Some(Err(bad))) => write!(out, "{}", bad.say(Language::En)).unwrap(),
            Err(error) => write!(out, "{error}").unwrap(),
        }
        out.push('\n');
    }
}

fn delimited(sign: u8) -> impl FnOnce(&mut Format) {
    move |format| format.shape = Shape::Table { delimiter: Delimiter::Sign(sign), heading: Heading::FirstRow }
}

#[test]
fn rows_keep_their_lines_whatever_lies_between() {
    let text = "\u{feff}id,town\r\n\r\n1,杭州\r\n\r\n\r\n2,\"a\r\nb\"\r\n,\r\n3, x ";
    assert_eq!(
        read(text.as_bytes(), "a.csv", |_| {}),
        "3 id=[1] town=[杭州]\n6 id=[2] town=[a\nb]\n9 id=[3] town=[x]\n"
    );
}

#[test]
fn any_sign_may_stand_between_cells() {
    for (sign, text) in [(b';', "id;town\n1;\"a;b\"\n"), (b'|', "id|town\n1|\"a|b\"\n")] {
        let split = read(text.as_bytes(), "a.csv", delimited(sign));
        assert!(split.starts_with("2 id=[1] town=[a"), "{split}");
    }
    assert_eq!(read(b"id\ttown\n1\ta,b\n", "a.tsv", |_| {}), "2 id=[1] town=[a,b]\n");
    // In GB18030 `|` is the second half of many characters.
    let (bytes, _, _) = GB18030.encode("id|town\n1|鄚|\n2|杭州€\n");
    let out = read(&bytes, "a.csv", |format| {
        format.encoding = Encoding::Gb18030;
        delimited(b'|')(format);
    });
    assert_eq!(out, "2 id=[1] town=[鄚]\n3 id=[2] town=[杭州€]\n");
}

#[test]
fn columns_set_apart_by_blanks_need_no_heading() {
    let names = ["id", "date", "items", "amount"].map(str::to_owned).to_vec();
    let out = read(
        b" 00001 20210101  1   11.77\r\n\r\n 00002 20210112  1   12.00\r\n 00003 20210112\r\n",
        "a.txt",
        |format| {
            format.shape = Shape::Table { delimiter: Delimiter::Whitespace, heading: Heading::Given(names) };
        },
    );
    assert_eq!(
        out,
        "1 id=[00001] date=[20210101] items=[1] amount=[11.77]\n\
         3 id=[00002] date=[20210112] items=[1] amount=[12.00]\n\
         line 4: the row does not fit the columns: cells 2, columns 4\n"
    );
}

#[test]
fn given_names_may_stand_instead_of_the_heading() {
    let shape = |heading| Shape::Table { delimiter: Delimiter::Sign(b','), heading };
    let names = vec!["id".to_owned(), "town".to_owned()];
    let given = read(b"1,x\n", "a.csv", |format| format.shape = shape(Heading::Given(names.clone())));
    assert_eq!(given, "1 id=[1] town=[x]\n");
    let instead = read(b"Kunde,Ort\n1,x\n", "a.csv", |format| format.shape = shape(Heading::Instead(names)));
    assert_eq!(instead, "2 id=[1] town=[x]\n");
}

#[test]
fn a_bad_row_says_its_line_and_the_next_ones_are_read() {
    let text = b"id,town\n1\n2,x,y\n3,x,\n4,\xB0\xA1\n5,a\0b\n6,ok\n";
    assert_eq!(
        read(text, "a.csv", |_| {}),
        "line 2: the row does not fit the columns: cells 1, columns 2\n\
         line 3: the row does not fit the columns: cells 3, columns 2\n\
         4 id=[3] town=[x]\n\
         line 5, column `town`: these bytes are not UTF-8; if the file is GB18030 or GBK, say `--encoding gb18030`\n\
         line 6, column `town`: the text has a control character (U+0000)\n\
         7 id=[6] town=[ok]\n"
    );
    let text = b"id,town,\n1,x,\n2,x,lost\n";
    assert_eq!(
        read(text, "a.csv", |_| {}),
        "2 id=[1] town=[x]\nline 3: a value stands in a column that has no name\n"
    );
}

#[test]
fn json_lines_are_laid_out_flat_and_each_broken_one_is_bad_alone() {
    let text = concat!(
        r#"{"id": "e1", "properties": {"amount": 11.77, "where": {"town": "杭州"}}, "tags": ["a", "b"]}"#,
        "\n\n{\"id\": \n",
        r#"{"id": "\ud800"}"#,
        "\n",
        r#"{"id": "a\u0000b"}"#,
        "\n[1]\n",
        r#"{"id": null, "yes": true, "name": "Zoe\u0301"}"#,
    );
    let out = read(text.as_bytes(), "a.jsonl", |_| {});
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "1 id=[e1] properties.amount=[11.77] properties.where.town=[杭州] tags=[a,b]");
    assert!(lines[1].starts_with("line 3: this is not JSON (EOF"), "{out}");
    assert!(lines[2].starts_with("line 4: this is not JSON"), "{out}");
    assert_eq!(lines[3], "line 5, column `id`: the text has a control character (U+0000)");
    assert!(lines[4].starts_with("line 6: this is not a JSON object"), "{out}");
    assert_eq!(lines[5], "7 id=[] name=[Zo\u{e9}] yes=[true]");
    let broken = b"{\"id\": \"\xB0\xA1\"}\n{\"id\": \"2\"}\n";
    let out = read(broken, "a.ndjson", |_| {});
    assert!(out.starts_with("line 1: these bytes are not UTF-8"), "{out}");
    assert!(out.ends_with("2 id=[2]\n"), "{out}");
}

#[test]
fn what_cannot_be_read_as_rows_is_refused_as_a_whole() {
    for (bytes, said) in [
        (&b""[..], "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b"a,b,a\n1,2,3\n", "two columns are called `a`"),
        (b"\xB1\xE0\xBA\xC5,b\n", "GB18030"),
    ] {
        let out = read(bytes, "a.csv", |_| {});
        assert!(out.contains(said), "{said}: {out}");
    }
    let wide = vec!["c"; 20_000].join(",");
    assert!(read(wide.as_bytes(), "a.csv", |_| {}).contains("more than 16384 columns"));
    let long = format!("id,town\n1,{}\n2,x\n", "x".repeat(70_000));
    let out = read(long.as_bytes(), "a.csv", |_| {});
    assert_eq!(out, "line 2, column `town`: the text is longer than 64 KiB\n3 id=[2] town=[x]\n");
    let mut endless = b"id,town\n1,\"never closed\n".to_vec();
    endless.extend(std::iter::repeat_n(*b"2,x\n", 1_200_000).flatten());
    let out = read(&endless, "a.csv", |_| {});
    assert!(out.contains("near line 2") && out.contains("never closed"), "{out}");
}

#[test]
fn a_quote_that_is_never_closed_swallows_nothing_in_silence() {
    let told = |text: &str| read(text.as_bytes(), "a.csv", |_| {});
    let never = told("id,town\n1,a\n2,\"b\n3,c\n4,d");
    assert!(
        never.starts_with("2 id=[1] town=[a]\nline 3: a quote (`\"`) opens in line 3 and is never closed"),
        "{never}"
    );
    assert!(never.contains("lines 3 to 5") && never.lines().count() == 2, "{never}");
    // Closed where the next one was meant to open.
    let late = told("id,town,note\n1,\"a,x\n2,b,y\n3,\"c\",z\n4,d,w\n");
    assert!(
        late.starts_with("line 2: a quote (`\"`) opens in line 2 and is closed only in line 4"),
        "{late}"
    );
    assert!(late.ends_with("\n5 id=[4] town=[d] note=[w]\n"), "{late}");
    // What stands in quotes as it should may have lines, quotes and delimiters.
    let good = told("id,town\n1,\"a \"\"b\"\",\nc\"\n2,d \"e\"\n3,\"\"\n");
    assert_eq!(good, "2 id=[1] town=[a \"b\",\nc]\n4 id=[2] town=[d \"e\"]\n5 id=[3] town=[]\n");
    let heading = told("\"id,town\n1,a\n");
    assert!(heading.contains("opens in line 1 and is never closed"), "{heading}");
}
