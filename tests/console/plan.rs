//! A resource plan's page, and its refund.

use cert_lifecycle::server::Config;

use crate::browser::{Browser, Site};
use crate::certificate::{applied_for, drawn, issued};
use crate::page::Page;

fn site() -> Site {
    let mut config = Config::for_tests();
    config.edition = Some("2021-02-api".into());
    config.clock = "manual:2021-03-01T09:00:00+08:00".parse().unwrap();
    Site::with(config)
}

const PRODUCT: &str = "geotrust-dv-w-starter";

const FIELDS: [(&str, &str); 5] = [
    ("product", PRODUCT),
    ("what", "plan"),
    ("count", "7"),
    ("cash", "700"),
    ("voucher", "5"),
];

/// Buys a plan; its path.
fn plan(browser: &mut Browser) -> String {
    let sent = browser.fill("buy", &FIELDS);
    let list = browser.follow(&sent);
    let links = list.all("href").into_iter();
    let mut plans = links.filter_map(|link| link.strip_prefix("/console/plans/"));
    format!("plans/{}", plans.next().unwrap())
}

fn claim(browser: &mut Browser, form: &Page, path: &str) -> Page {
    let seen = form.hidden("seen");
    browser.fill_again(form, path, &[("seen", &seen)])
}

#[test]
fn an_untouched_plan_is_paid_back_once_with_its_cash() {
    let site = site();
    let mut browser = site.holder();
    let path = plan(&mut browser);
    let form = browser.open(&path);
    assert!(
        form.within("id=\"refund\"", "</section>")
            .contains("<dd>700.00 CNY</dd>"),
        "{}",
        form.body
    );
    for _ in 0..2 {
        assert_eq!(
            claim(&mut browser, &form, &path).status,
            303,
            "twice the same"
        );
    }
    assert!(browser.open("plans").has("Paid back: 700.00"));
    let after = browser.open(&path);
    assert!(after.has("disabled aria-describedby=\"why\"") && after.has("<dt>Rule</dt>"));
    // It is not there for anybody else.
    let mut other = site.stranger();
    other.sign_in("other", "othersecret");
    assert_eq!(other.get(&path).status, 404);
}

#[test]
fn a_plan_that_was_touched_meanwhile_is_not_paid_back() {
    let site = site();
    let mut browser = site.holder();
    let path = plan(&mut browser);
    let form = browser.open(&path);
    drawn(&site, PRODUCT);
    let late = claim(&mut browser, &form, &path);
    assert_eq!(late.status, 409);
    assert!(!browser.open("plans").has("Paid back"));
}

#[test]
fn a_slot_is_taken_from_a_plan_once() {
    let site = site();
    let mut browser = site.holder();
    let path = plan(&mut browser);
    let page = browser.open(&path);
    let form = page.within("id=\"slot\"", "</section>").to_owned();
    let value = |name: &str| {
        let mark = format!("name=\"{name}\" value=\"");
        let (_, rest) = form.split_once(&mark).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let (csrf, key) = (value("csrf"), value("key"));
    let fields = [("csrf", csrf.as_str()), ("key", key.as_str())];
    let draw = format!("{path}/draw");
    let sent = browser.post(&draw, &fields);
    let taken = browser.follow(&sent);
    assert!(
        taken.has("Done: Take a slot from the plan") && taken.has("Pending Application"),
        "{}",
        taken.body
    );
    // A double click.
    let again = browser.post(&draw, &fields);
    assert_eq!(again.header("location"), sent.header("location"));
    let page = browser.open(&path);
    assert!(page.has("<dt>Remaining</dt><dd>6</dd>"), "{}", page.body);
    // Nobody else's, and not without the session's token.
    let mut other = site.stranger();
    other.sign_in("other", "othersecret");
    assert_eq!(other.get(&path).status, 404);
    assert_eq!(browser.post(&draw, &[("key", "0000")]).status, 403);
}

#[test]
fn a_unit_that_is_only_reserved_is_not_called_used_up_and_a_refusal_leads_back() {
    let site = site();
    let mut browser = site.holder();
    let path = plan(&mut browser);
    let form = browser.open(&path);
    let slot = drawn(&site, PRODUCT);
    let page = browser.open(&path);
    let why = page.within("id=\"refund\"", "</section>");
    assert!(
        why.contains("No unit is used up. Reserved: 1,")
            && why.contains("<a href=\"/console/\">To the certificates</a>"),
        "{why}"
    );
    // Once it is used up, it is said so by nothing but the numbers and the rule.
    let order = applied_for(&site, &slot, "*.example.com");
    issued(&mut browser, &order);
    let page = browser.open(&path);
    assert!(page.has("<dt>Used up</dt><dd>1</dd>"), "{}", page.body);
    assert!(!page.has("No unit is used up"), "{}", page.body);
    // What is refused on the way leads back to where it was asked for.
    let refused = claim(&mut browser, &form, &path);
    assert_eq!(refused.status, 409);
    assert!(
        refused.has(&format!("href=\"/console/{path}\">Back to the plan</a>")),
        "{}",
        refused.body
    );
}
