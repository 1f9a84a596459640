//! The rulebook, its differences, and its table.

use cert_lifecycle::server::Config;

use crate::browser::Site;

fn site() -> Site {
    let mut config = Config::for_tests();
    config.edition = Some("2021-02-api".into());
    config.clock = "manual:2021-03-01T09:00:00+08:00".parse().unwrap();
    Site::with(config)
}

#[test]
fn the_edition_in_force_stands_value_by_value_with_its_documents() {
    let site = site();
    let mut browser = site.holder();
    let page = browser.open("rules");
    assert!(page.within("<h1>", "</h1>").contains("2021-02-api"));
    for field in cert_lifecycle::rulebook::Field::ALL {
        let name = field.word().replace('_', " ");
        assert!(page.has(&format!("scope=\"row\">{name}</th>")), "{name}");
    }
    assert!(page.has("<th scope=\"row\">S3</th>"), "the documents");
    let other = browser.open("rules?edition=2022-hosting");
    assert!(other.within("<h1>", "</h1>").contains("2022-hosting"));
    assert_eq!(browser.get("rules?edition=none").status, 404);
}

#[test]
fn editions_are_compared() {
    let site = site();
    let mut browser = site.holder();
    let page = browser.open("rules/diff?edition=2021-02-api&with=2022-hosting");
    assert!(page.has("2021-02-api compared with 2022-hosting") && page.has("differences"));
    assert!(page.body.matches("<section class=\"panel\"").count() > 5);
    let same = browser.open("rules/diff?edition=2021-02-api&with=2021-02-api");
    assert!(same.has("The two editions say the same."));
    for wrong in [
        "rules/diff",
        "rules/diff?with=none",
        "rules/diff?edition=none&with=2021-02-api",
    ] {
        assert_eq!(browser.get(wrong).status, 404, "{wrong}");
    }
}

#[test]
fn the_table_says_what_the_core_says() {
    let site = site();
    let mut browser = site.holder();
    let page = browser.open("rules/table");
    let live = page.within("<summary>Issued ", "</table>");
    assert!(live.contains("Revoke") && live.contains("R-26"), "{live}");
    let drawing = browser.get("rules/diagram.svg?class=OV");
    assert_eq!(drawing.status, 200);
    assert_eq!(drawing.header("content-type"), Some("image/svg+xml"));
    assert!(drawing.body.contains("<svg"));
}

#[test]
fn every_page_is_there_in_both_languages() {
    let site = site();
    let order = crate::certificate::bought(&site, 1).remove(0);
    let mut browser = site.holder();
    let certificate = format!("certificates/{order}");
    let pages = [
        "",
        "free",
        "uploaded",
        "orders",
        "plans",
        "buy",
        "rules",
        "rules/table",
        &certificate,
    ];
    for path in pages {
        let english = browser.open(&format!("{path}?lang=en"));
        let chinese = browser.open(&format!("{path}?lang=zh"));
        assert!(english.has("<html lang=\"en\">") && chinese.has("<html lang=\"zh-CN\">"));
        let of = |page: &crate::page::Page| page.within("<h1>", "</h1>").to_owned();
        assert_ne!(of(&english), of(&chinese), "{path}");
    }
}
