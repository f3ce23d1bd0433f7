//! Workbooks as spreadsheets write them, and as somebody does who wants the program to burst.

use super::*;
use zip::write::SimpleFileOptions;

const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
const RELS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="说明" sheetId="1" r:id="rId1"/><sheet name="客户" sheetId="2" r:id="rId2"/></sheets></workbook>"#;
const LINKS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
/// Style 1 is a date, style 2 a date with its time.
const STYLES: &str = r#"<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>"#;

fn sheet(rows: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    )
}

fn shared(texts: &[&str]) -> String {
    let texts: String = texts.iter().map(|text| format!("<si><t>{text}</t></si>")).collect();
    format!(
        r#"<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="9">{texts}</sst>"#
    )
}

/// Writes a workbook whose second sheet has these rows.
fn workbook(
    rows: &str,
    texts: &str,
    more: impl FnOnce(&mut zip::ZipWriter<&File>),
) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut out = zip::ZipWriter::new(file.as_file());
    let options = SimpleFileOptions::default();
    for (name, text) in [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", RELS),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", LINKS),
        ("xl/styles.xml", STYLES),
        ("xl/sharedStrings.xml", texts),
        ("xl/worksheets/sheet1.xml", &sheet("<row r=\"1\"/>")),
        ("xl/worksheets/sheet2.xml", &sheet(rows)),
    ] {
        out.start_file(name, options).unwrap();
        out.write_all(text.as_bytes()).unwrap();
    }
    more(&mut out);
    out.finish().unwrap();
    file
}

fn unpacked(file: &tempfile::NamedTempFile, sheet: Option<&str>) -> String {
    match unpack(file.path(), sheet) {
        Ok(mut table) => {
            let mut text = String::new();
            table.read_to_string(&mut text).unwrap();
            text
        }
        Err(error) => error.to_string(),
    }
}

const ROWS: &str = r#"
<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="inlineStr"><is><t>生日</t></is></c><c r="D2" t="inlineStr"><is><t>最近购买</t></is></c><c r="E2" t="inlineStr"><is><t>金额</t></is></c></row>
<row r="3"><c r="A3"><v>13800138000</v></c><c r="B3" t="s"><v>2</v></c><c r="C3" s="1"><v>32944</v></c><c r="D3" s="2"><v>45356.75</v></c><c r="E3"><v>0.30000000000000004</v></c></row>
<row r="5"><c r="B5" t="inlineStr"><is><t>=HYPERLINK("http://x")</t></is></c><c r="E5" t="e"><v>#N/A</v></c><c r="D5" t="b"><v>1</v></c><c r="A5" t="inlineStr"><is><t>c2</t></is></c></row>
<row r="6"><c r="A6" s="1"/></row>"#;

#[test]
fn a_sheet_is_a_table_with_its_row_numbers() {
    let texts = shared(&["手机", "姓名", "李娜, &quot;小李&quot;"]);
    let file = workbook(ROWS, &texts, |_| {});
    let wanted = "2,手机,姓名,生日,最近购买,金额\n\
                  3,13800138000,\"李娜, \"\"小李\"\"\",1990-03-12,2024-03-05 18:00:00,0.3\n\
                  5,c2,\"=HYPERLINK(\"\"http://x\"\")\",,true,#N/A\n";
    assert_eq!(unpacked(&file, None), wanted);
    assert_eq!(unpacked(&file, Some("客户")), wanted);
    assert_eq!(unpacked(&file, Some("客")), "the workbook has no sheet `客`, only 说明, 客户");
    assert_eq!(unpacked(&file, Some("说明")), "the file is empty: its first line should name the columns");
}

#[test]
fn what_would_burst_is_refused_before_it_does() {
    let refused = |file: &tempfile::NamedTempFile| unpacked(file, None);
    // A workbook of a few kilobytes with 80 MB of texts.
    let bomb = "<si><t>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</t></si>".repeat(60 * 1024 * 1024 / 55);
    let file = workbook(ROWS, &format!("<sst>{bomb}</sst>"), |_| {});
    assert!(file.as_file().metadata().unwrap().len() < 1024 * 1024);
    assert!(refused(&file).contains("xl/sharedstrings.xml holds more than fits"), "{}", refused(&file));
    // Texts that only say how many they are.
    let file = workbook(ROWS, r#"<sst uniqueCount="99999999999999"></sst>"#, |_| {});
    assert!(refused(&file).contains("holds more than fits"), "{}", refused(&file));
    // One cell of three million letters, and one of very many runs.
    let long = "x".repeat(3 * 1024 * 1024);
    let file = workbook(
        &format!(r#"<row r="1"><c r="A1" t="inlineStr"><is><t>{long}</t></is></c></row>"#),
        "<sst/>",
        |_| {},
    );
    assert!(refused(&file).contains("sheet2.xml holds more than fits"), "{}", refused(&file));
    let runs = "<r><t>abcdefgh</t></r>".repeat(3 * 1024 * 1024 / 20);
    let file = workbook(
        &format!(r#"<row r="1"><c r="A1" t="inlineStr"><is>{runs}</is></c></row>"#),
        "<sst/>",
        |_| {},
    );
    assert!(refused(&file).contains("sheet2.xml holds more than fits"), "{}", refused(&file));
    // A cell in a column that no spreadsheet has.
    let file = workbook(r#"<row r="1"><c r="ZZZZ1"><v>1</v></c></row>"#, "<sst/>", |_| {});
    let said = refused(&file);
    assert!(
        said.contains("more than 16384 columns") || said.contains("no workbook that can be read"),
        "{said}"
    );
}

#[test]
fn what_is_no_workbook_is_told() {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().write_all(b"PK\x03\x04 and then nothing of the kind").unwrap();
    assert!(unpacked(&file, None).starts_with("the file is no workbook that can be read"));
    assert!(is_workbook(b"PK\x03\x04rest") && !is_workbook(b"PK,b\n"));
    assert!(is_old_workbook(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]));
}
