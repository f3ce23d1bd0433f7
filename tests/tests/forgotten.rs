//! A customer who was forgotten does not come back by a file: not under the old id, not by the address under a new
//! one, until they come back themselves. With the real binary.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::fs;
use tests::binary::nurture;

tests::on_both! {
    neither_the_id_nor_the_address_brings_a_forgotten_customer_back,
}

const MODEL: &str = "model: shop\nevents:\n  privacy.asked: {}\n  privacy.returned: {}\n";
const FORGET: &str =
    "workflow: forget\ntrigger: { event: privacy.asked }\nconsent: none\nsteps:\n  - forget: customer\n";
const RETURN: &str =
    "workflow: back\ntrigger: { event: privacy.returned }\nconsent: none\nsteps:\n  - unsuppress: all\n";

fn neither_the_id_nor_the_address_brings_a_forgotten_customer_back(database: &str) {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    fs::create_dir(here.join("workflows")).unwrap();
    let put = |name: &str, text: &str| fs::write(here.join(name), text).unwrap();
    put("nurture.toml", &["zone = \"Asia/Shanghai\"\n", database].concat());
    put("workflows/model.yaml", MODEL);
    put("workflows/forget.yaml", FORGET);
    put("workflows/back.yaml", RETURN);
    put("people.csv", "external_id,email\na,ada@example.com\nb,ben@example.com\n");
    put("asked.csv", "customer,event,at,id\na,privacy.asked,2030-01-01 10:00,e1\n");
    put("again.csv", "external_id,email\nz,Ada@Example.com\na,new@example.com\nc,cy@example.com\n");
    put("back.csv", "customer,event,at,id\na,privacy.returned,2030-01-03 10:00,e2\n");
    let code = |arguments: &[&str]| nurture(here, arguments).code;
    assert_eq!(code(&["import", "customers", "people.csv"]), 0);
    assert_eq!(code(&["import", "events", "asked.csv"]), 0);
    assert_eq!(code(&["run", "--clock", "2030-01-01..2030-01-02", "--until-idle"]), 0);
    let again = nurture(here, &["import", "customers", "again.csv", "--lang", "en"]);
    assert_eq!(again.code, 1, "{}{}", again.out, again.err);
    assert!(again.out.contains("1 new, 0 changed, 0 the same, 2 bad"), "{}{}", again.out, again.err);
    let said = format!("{}{}", again.out, again.err);
    assert!(said.contains("belongs to someone who was forgotten"), "{said}");
    assert_eq!(code(&["import", "events", "back.csv"]), 0);
    assert_eq!(code(&["run", "--clock", "2030-01-02..2030-01-05", "--until-idle"]), 0);
    let back = nurture(here, &["import", "customers", "again.csv", "--lang", "en"]);
    assert_eq!(back.code, 0, "{}{}", back.out, back.err);
}
