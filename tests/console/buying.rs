//! Buying, once and not twice.

use cert_lifecycle::server::Config;

use crate::browser::{Browser, Site};

const PRODUCT: &str = "geotrust-dv-w-starter";

fn rows(browser: &mut Browser, path: &str) -> usize {
    browser
        .open(path)
        .body
        .matches("<th scope=\"row\">")
        .count()
}

#[test]
fn a_certificate_and_a_plan_are_bought() {
    let site = Site::start();
    let mut browser = site.holder();
    let fields = [
        ("product", PRODUCT),
        ("what", "1"),
        ("count", "10"),
        ("cash", "99.5"),
        ("voucher", "0.50"),
    ];
    let sent = browser.fill("buy", &fields);
    assert_eq!(sent.header("location"), Some("/console/?done=bought"));
    let list = browser.follow(&sent);
    assert!(list.has("Paid. What you bought is here.") && list.has(PRODUCT));
    let orders = browser.open("orders");
    assert!(
        orders.has("99.50 CNY") && orders.has("0.50 CNY"),
        "{}",
        orders.body
    );

    let fields = [
        ("product", PRODUCT),
        ("what", "plan"),
        ("count", "7"),
        ("cash", "700"),
        ("voucher", ""),
    ];
    let sent = browser.fill("buy", &fields);
    let plans = browser.follow(&sent);
    assert!(
        plans.has(PRODUCT) && plans.has("data-label=\"Cash\">700.00 CNY"),
        "{}",
        plans.body
    );
}

#[test]
fn a_form_sent_twice_counts_once_and_one_with_other_contents_is_refused() {
    let site = Site::start();
    let mut browser = site.holder();
    let form = browser.open("buy");
    let fields = [
        ("product", PRODUCT),
        ("what", "1"),
        ("count", "10"),
        ("cash", "1"),
        ("voucher", ""),
    ];
    for _ in 0..2 {
        assert_eq!(browser.fill_again(&form, "buy", &fields).status, 303);
    }
    assert_eq!(rows(&mut browser, "orders"), 1);
    // Back, changed, and sent again: the key was used for something else.
    let other = [
        ("product", PRODUCT),
        ("what", "1"),
        ("count", "10"),
        ("cash", "2"),
        ("voucher", ""),
    ];
    let refused = browser.fill_again(&form, "buy", &other);
    assert_eq!(refused.status, 409);
    assert!(refused.has("sent before with other contents"));
    assert_eq!(rows(&mut browser, "orders"), 1);
    // Without a key nothing is done at all.
    let csrf = form.hidden("csrf");
    let bare = [
        ("csrf", csrf.as_str()),
        ("product", PRODUCT),
        ("what", "1"),
        ("cash", "1"),
    ];
    assert_eq!(browser.post("buy", &bare).status, 403);
    assert_eq!(rows(&mut browser, "orders"), 1);
}

#[test]
fn mistakes_are_named_and_what_was_entered_stays() {
    let site = Site::start();
    let mut browser = site.holder();
    let long = "9".repeat(400);
    let fields = [
        ("product", "none"),
        ("what", "plan"),
        ("count", "0"),
        ("cash", "1.234"),
        ("voucher", long.as_str()),
    ];
    let page = browser.fill("buy", &fields);
    assert_eq!(page.status, 422);
    for text in [
        "Choose a product",
        "A whole number from 1 to",
        "Not an amount",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    assert!(page.has("value=\"1.234\"") && page.has("value=\"plan\" checked"));
    assert_eq!(page.body.matches("aria-invalid=\"true\"").count(), 4);
    // Mended and sent from there, it is carried out.
    let mended = [
        ("product", PRODUCT),
        ("what", "plan"),
        ("count", "3"),
        ("cash", "1.23"),
        ("voucher", ""),
    ];
    assert_eq!(browser.fill_again(&page, "buy", &mended).status, 303);
}

#[test]
fn what_is_not_sold_is_refused_with_its_rule() {
    let mut config = Config::for_tests();
    config.clock = "manual:2026-03-20T09:00:00+08:00".parse().unwrap();
    let site = Site::with(config);
    let mut browser = site.holder();
    let fields = [
        ("product", PRODUCT),
        ("what", "3"),
        ("count", "1"),
        ("cash", "1"),
        ("voucher", ""),
    ];
    let refused = browser.fill("buy", &fields);
    assert_eq!(refused.status, 409);
    assert!(
        refused.has("hosting for 3 years is not sold"),
        "{}",
        refused.body
    );
    assert!(
        refused.has("<dd>R-03</dd>") && refused.has("HS20"),
        "{}",
        refused.body
    );
    assert_eq!(rows(&mut browser, "orders"), 0);
}

#[test]
fn three_years_are_a_slot_to_apply_with_and_two_that_wait() {
    let mut config = Config::for_tests();
    config.edition = Some("2022-hosting".into());
    config.clock = "manual:2022-03-20T09:00:00+08:00".parse().unwrap();
    let site = Site::with(config);
    let mut browser = site.holder();
    let fields = [
        ("product", PRODUCT),
        ("what", "3"),
        ("count", "1"),
        ("cash", "300"),
        ("voucher", ""),
    ];
    let sent = browser.fill("buy", &fields);
    let list = browser.follow(&sent);
    assert_eq!(
        list.body.matches(">Pending Application</span>").count(),
        1,
        "{}",
        list.body
    );
    assert_eq!(list.body.matches(">Not Activated</span>").count(), 2);
}

#[test]
fn what_is_refused_stays_in_the_form_and_may_be_changed() {
    let mut config = Config::for_tests();
    config.edition = Some("2018-06".into());
    config.clock = "manual:2019-03-01T09:00:00+08:00".parse().unwrap();
    let site = Site::with(config);
    let mut browser = site.holder();
    let form = browser.open("buy");
    assert!(
        form.has("<option value=\"geotrust-dv-1-starter\" selected>"),
        "what costs nothing is not chosen for anybody"
    );
    let fields = |years| {
        [
            ("product", PRODUCT),
            ("what", years),
            ("count", "10"),
            ("cash", "77.50"),
            ("voucher", ""),
        ]
    };
    let refused = browser.fill_again(&form, "buy", &fields("3"));
    assert_eq!(refused.status, 409);
    assert!(
        refused.has("This is not possible") && refused.has("<dd>R-03</dd>"),
        "{}",
        refused.body
    );
    assert!(refused.has("value=\"77.50\"") && refused.has("value=\"3\" checked"));
    // Under the same key: nothing was done under it.
    assert_eq!(refused.hidden("key"), form.hidden("key"));
    let sent = browser.fill_again(&refused, "buy", &fields("1"));
    assert_eq!(sent.status, 303, "{}", sent.body);
    assert!(browser.open("orders").has("77.50 CNY"));
}

#[test]
fn years_that_are_not_sold_stand_disabled_with_their_rule() {
    let mut config = Config::for_tests();
    config.clock = "manual:2026-03-20T09:00:00+08:00".parse().unwrap();
    let site = Site::with(config);
    let mut browser = site.holder();
    let form = browser.open("buy");
    let years = form.within("id=\"what-1\"", "id=\"what-plan\"");
    assert!(years.starts_with(" type=\"radio\" name=\"what\" value=\"1\" checked>"));
    for number in [2, 3] {
        let described =
            format!("value=\"{number}\" disabled aria-describedby=\"why-what-{number}\"");
        assert!(years.contains(&described), "{years}");
        let why = form.within(&format!("<summary id=\"why-what-{number}\">"), "</details>");
        assert!(why.starts_with("Why not: rule R-03"), "{why}");
        assert!(
            why.contains("<dt>Way out</dt>") && why.contains("HS20"),
            "{why}"
        );
    }
    // Where they are sold, nothing is disabled.
    let mut config = Config::for_tests();
    config.edition = Some("2022-hosting".into());
    config.clock = "manual:2022-03-20T09:00:00+08:00".parse().unwrap();
    let site = Site::with(config);
    let form = site.holder().open("buy");
    assert!(
        form.has("value=\"3\">") && !form.has(" disabled"),
        "{}",
        form.body
    );
}
