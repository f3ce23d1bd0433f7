//! `nurture add`, by the program itself: a recipe goes into a new project, once, and nothing of its author's
//! is lost.

use serde_json::Value as Json;
use tests::binary::nurture;

#[test]
fn a_recipe_goes_into_a_new_project_and_its_tests_pass_there() {
    let dir = tempfile::tempdir().expect("a folder");
    assert_eq!(nurture(dir.path(), &["init", "shop"]).code, 0);
    let shop = dir.path().join("shop");
    let model = || std::fs::read_to_string(shop.join("workflows/model.yaml")).expect("the model");
    let before = model();

    let listed = nurture(&shop, &["add", "--json"]);
    let listed: Vec<Json> = serde_json::from_str(&listed.out).expect("a list");
    assert_eq!(listed.len(), 18);

    let shown = nurture(&shop, &["add", "browse", "--dry-run", "--lang", "en"]);
    assert_eq!((shown.code, model()), (0, before.clone()), "{}", shown.err);
    let added = nurture(&shop, &["add", "browse", "--lang", "en"]);
    assert_eq!(added.code, 0, "{}{}", added.out, added.err);
    assert!(added.out.contains("+ workflows/abandoned_cart.yaml"), "it needs the cart: {}", added.out);
    assert!(added.out.contains("events.product.viewed"), "{}", added.out);
    assert_eq!(shown.out, added.out, "a dry run says what is done");
    let after = model();
    for line in before.lines().filter(|line| !line.contains("order.paid:")) {
        assert!(after.contains(line), "lost: {line}");
    }
    let checked = nurture(&shop, &["check"]);
    assert_eq!(checked.code, 0, "{}", checked.out);
    let tested =
        nurture(&shop, &["test", "workflows/browse_abandonment.yaml", "workflows/abandoned_cart.yaml"]);
    assert_eq!(tested.code, 0, "{}", tested.out);

    let again = nurture(&shop, &["add", "browse", "--lang", "zh"]);
    assert_eq!((again.code, model()), (0, after), "{}", again.out);
    assert!(again.out.contains("没有要补的"), "{}", again.out);
    assert_eq!(nurture(&shop, &["add", "nothing"]).code, 4);
}
