//! The page of a certificate: its life, its buttons, and the forms behind them.

use cert_lifecycle::model::{AccountId, ProductCode};
use cert_lifecycle::server::{Conduct, Config, Review};
use serde_json::Value;

use crate::browser::{Browser, Site, control};
use crate::page::Page;

const PRODUCT: &str = "geotrust-dv-1-starter";

fn config(edition: &str, clock: &str) -> Config {
    let mut config = Config::for_tests();
    config.edition = Some(edition.into());
    config.clock = format!("manual:{clock}T09:00:00+08:00").parse().unwrap();
    config
}

/// Buys for so many years; the orders.
pub fn bought(site: &Site, years: u32) -> Vec<String> {
    let body = format!(r#"{{"product":"{PRODUCT}","years":{years},"cash":10000,"voucher":50}}"#);
    let answer = control(site.running().address(), "purchases", &body);
    let (_, said) = answer.split_once("\r\n\r\n").unwrap();
    let said: Value = serde_json::from_str(said).unwrap();
    let orders = said["orders"].as_array().unwrap().iter();
    orders
        .map(|order| order.as_str().unwrap().to_owned())
        .collect()
}

/// Draws a slot from a plan of the product; its order.
pub fn drawn(site: &Site, product: &str) -> String {
    let account = AccountId::new("1234567890").unwrap();
    let product = ProductCode::new(product).unwrap();
    let (slot, _) = site
        .wait(site.running().service().draw(account, product))
        .unwrap();
    slot.to_string()
}

/// Applies with a slot; the order of the application.
pub fn applied(site: &Site, slot: &str) -> String {
    applied_for(site, slot, "www.example.com")
}

pub fn applied_for(site: &Site, slot: &str, domain: &str) -> String {
    let route = format!("orders/{slot}/apply");
    let body = format!(r#"{{"domain":"{domain}"}}"#);
    let answer = control(site.running().address(), &route, &body);
    let (_, said) = answer.split_once("\r\n\r\n").unwrap();
    let said: Value = serde_json::from_str(said).unwrap();
    said["order"].as_str().unwrap().to_owned()
}

/// Looks at an order until it is issued, as a person who reloads.
pub fn issued(browser: &mut Browser, order: &str) -> Page {
    for _ in 0..3 {
        browser.open(&format!("certificates/{order}"));
    }
    let page = browser.open(&format!("certificates/{order}"));
    assert!(
        heading(&page).contains(">Issued<") || heading(&page).contains(">Hosted<"),
        "{}",
        heading(&page)
    );
    page
}

/// Title and status.
fn heading(page: &Page) -> String {
    page.within("<h1>", "<section").to_owned()
}

fn confirm(browser: &mut Browser, form: &Page, path: &str, more: &[(&str, &str)]) -> Page {
    let seen = form.hidden("seen");
    let mut fields = vec![("seen", seen.as_str())];
    fields.extend(more);
    browser.fill_again(form, path, &fields)
}

#[test]
fn a_page_leads_on_and_shows_the_life_so_far_and_ahead() {
    let site = Site::with(config("2021-02-api", "2021-03-01"));
    let slot = bought(&site, 1).remove(0);
    let mut browser = site.holder();
    let order = applied(&site, &slot);
    let path = format!("certificates/{order}");
    assert!(heading(&browser.open(&path)).contains("Pending Verification"));
    assert!(heading(&browser.open(&path)).contains("Validating Application"));
    let page = browser.open(&path);
    assert!(heading(&page).contains(">Issued<"), "{}", heading(&page));
    for text in [
        "www.example.com",
        "The slot was opened",
        "Applied for",
        "The domain is proved",
        "Issued",
    ] {
        assert!(page.has(text), "{text}");
    }
    let ahead = page.within(">Ahead</h3>", "</ol>");
    for text in [
        "It counts as about to expire",
        "It is expired",
        "2022-03-01",
    ] {
        assert!(ahead.contains(text), "{text}: {ahead}");
    }
    assert!(page.has("<svg viewBox") && page.has("<rect class=\"real\""));
    assert!(
        page.has("Covered from 2021-03-01 to 2022-03-01"),
        "{}",
        page.within("ul class=\"plain\"", "</ul>")
    );
}

#[test]
fn what_is_not_possible_stands_disabled_with_its_reason() {
    let site = Site::with(config("2021-02-api", "2021-03-01"));
    let slot = bought(&site, 1).remove(0);
    let mut browser = site.holder();
    let page = browser.open(&format!("certificates/{slot}"));
    assert!(
        page.has(
            "<button type=\"button\" disabled aria-describedby=\"why-revoke\">Revoke</button>"
        ),
        "{}",
        page.body
    );
    let why = page.within("<summary id=\"why-revoke\">", "</details>");
    for text in [
        "Why not: rule ",
        "Cannot request the revocation",
        "<dt>Rule</dt>",
        "<dt>Source</dt>",
        "<dt>Edition</dt><dd>2021-02-api</dd>",
        "<dt>What the rule says</dt>",
    ] {
        assert!(why.contains(text), "{text}: {why}");
    }
    // What is refused stays refused, whoever sends the form.
    let refused = browser.get(&format!("certificates/{slot}/revoke"));
    assert_eq!(refused.status, 409);
    assert!(refused.has("This is not possible"));
    // Too late is told with its instant, and the way out.
    let order = applied(&site, &slot);
    issued(&mut browser, &order);
    let live = browser.open(&format!("certificates/{order}"));
    let why = live.within("<summary id=\"why-withdraw\">", "</details>");
    assert!(why.contains("<dt>Way out</dt>"), "{why}");
    assert!(live.has(&format!("href=\"/console/certificates/{order}/revoke\"")));
}

#[test]
fn a_withdrawal_is_priced_carried_out_once_and_not_again() {
    let mut config = config("2021-02-api", "2021-03-01");
    config.verification = Conduct::Manual;
    config.review = Review::Manual;
    let site = Site::with(config);
    let slot = bought(&site, 1).remove(0);
    let order = applied(&site, &slot);
    let mut browser = site.holder();
    let path = format!("certificates/{order}/withdraw");
    let (form, stale) = (browser.open(&path), browser.open(&path));
    let outcome = form.within(">What follows</h2>", "</section>");
    assert!(
        outcome.contains("Pending Verification") && outcome.contains("Pending Application"),
        "{outcome}"
    );
    for _ in 0..2 {
        let sent = confirm(&mut browser, &form, &path, &[]);
        let page = browser.follow(&sent);
        assert!(page.has("Done: Withdraw the application"));
        assert!(heading(&page).contains("Pending Application"));
    }
    let events = |browser: &mut Browser| {
        browser
            .open(&format!("certificates/{order}"))
            .body
            .matches("<span>Withdrawn</span>")
            .count()
    };
    assert_eq!(events(&mut browser), 1);
    // Another form of before: the case moved on.
    let late = confirm(&mut browser, &stale, &path, &[]);
    assert_eq!(late.status, 409);
    assert!(
        late.has("This is not possible") && late.has("Pending Application"),
        "{}",
        late.body
    );
    assert_eq!(events(&mut browser), 1);
}

#[test]
fn a_price_that_changed_is_asked_for_once_more() {
    let site = Site::with(config("2021-02-api", "2021-03-01"));
    let mut browser = site.holder();
    let body = format!(r#"{{"product":"{PRODUCT}","count":1}}"#);
    control(site.running().address(), "purchases", &body);
    let slot = drawn(&site, PRODUCT);
    let order = applied(&site, &slot);
    issued(&mut browser, &order);
    let path = format!("certificates/{order}/revoke");
    let form = browser.open(&path);
    assert!(
        form.within(">What follows</h2>", "</section>")
            .contains("The unit returns until"),
        "{}",
        form.body
    );
    site.wait(site.running().advance(60 * 86_400)).unwrap();
    let moved = confirm(&mut browser, &form, &path, &[("reason", "keyCompromise")]);
    assert_eq!(moved.status, 409);
    assert!(
        moved.has("Something changed since this page was shown"),
        "{}",
        moved.body
    );
    assert!(heading(&browser.open(&format!("certificates/{order}"))).contains(">Issued<"));
    // Confirmed anew, it is done.
    let sent = confirm(&mut browser, &moved, &path, &[("reason", "keyCompromise")]);
    let page = browser.follow(&sent);
    assert!(heading(&page).contains(">Revoked<"), "{}", heading(&page));
}

#[test]
fn deletion_warns_and_is_final() {
    let mut config = config("2021-02-api", "2021-03-01");
    config.review = Review::Manual;
    let site = Site::with(config);
    let slot = drawn(&site, PRODUCT);
    let order = applied(&site, &slot);
    let mut browser = site.holder();
    let withdraw = format!("certificates/{order}/withdraw");
    let form = browser.open(&withdraw);
    confirm(&mut browser, &form, &withdraw, &[]);
    let path = format!("certificates/{order}/delete-order");
    let form = browser.open(&path);
    assert!(form.has("This is final"));
    assert!(
        form.has("reserved → returned")
            || form
                .within(">What follows</h2>", "</section>")
                .contains("Units left")
    );
    let sent = confirm(&mut browser, &form, &path, &[]);
    assert_eq!(sent.header("location"), Some("/console/?done=delete-order"));
    assert!(browser.follow(&sent).has("Done: Delete the order"));
    assert_eq!(browser.get(&format!("certificates/{order}")).status, 404);
    // Back, and sent again: the first answer.
    let again = confirm(&mut browser, &form, &path, &[]);
    assert_eq!(again.status, 303);
}

#[test]
fn the_certificate_and_its_key_are_handed_to_their_holder() {
    let site = Site::with(config("2021-02-api", "2021-03-01"));
    let slot = bought(&site, 1).remove(0);
    let mut browser = site.holder();
    let order = applied(&site, &slot);
    let path = format!("certificates/{order}/download");
    assert_eq!(browser.get(&path).status, 409, "nothing is issued yet");
    issued(&mut browser, &order);
    let form = browser.open(&path);
    assert!(form.has("-----BEGIN CERTIFICATE-----") && !form.has("PRIVATE KEY"));
    let file = browser.fill_again(&form, &path, &[("what", "certificate")]);
    assert_eq!(
        file.header("content-disposition"),
        Some("attachment; filename=\"certificate.pem\"")
    );
    assert_eq!(
        file.body.matches("BEGIN CERTIFICATE").count(),
        2,
        "with its issuer"
    );
    let key = browser.fill_again(&form, &path, &[("what", "key")]);
    assert!(
        key.body.starts_with("-----BEGIN PRIVATE KEY-----"),
        "{}",
        key.status
    );
    let mut other = site.stranger();
    other.sign_in("other", "othersecret");
    assert_eq!(other.get(&path).status, 404);
    let csrf = other.open("buy").hidden("csrf");
    let stolen = other.post(&path, &[("csrf", &csrf), ("key", "x"), ("what", "key")]);
    assert_eq!(stolen.status, 404);
    assert!(!stolen.has("PRIVATE KEY"));
}

#[test]
fn a_refund_is_priced_before_it_is_claimed() {
    let site = Site::with(config("2020-12", "2020-12-20"));
    let slot = bought(&site, 1).remove(0);
    let mut browser = site.holder();
    let path = format!("certificates/{slot}/claim-refund");
    let form = browser.open(&path);
    let outcome = form.within(">What follows</h2>", "</section>");
    assert!(
        outcome.contains("<dd>100.00 CNY</dd>"),
        "the cash, and no voucher: {outcome}"
    );
    assert!(outcome.contains("A period for refunds ends"), "{outcome}");
    let sent = confirm(&mut browser, &form, &path, &[]);
    assert_eq!(sent.status, 303);
    assert!(browser.open("orders").has("Paid back: 100.00"));
    let page = browser.open(&format!("certificates/{slot}"));
    let past = page.within(">So far</h3>", "</ol>");
    for text in ["The slot was opened", "Paid back: 100.00"] {
        assert!(past.contains(text), "{text}: {past}");
    }
    assert!(browser.open("?status=refunded").has(&slot));
    assert!(!browser.open("?status=refund-review").has(&slot));
}

#[test]
fn the_members_of_a_chain_stand_beneath_each_other() {
    let site = Site::with(config("2022-hosting", "2022-03-20"));
    let orders = bought(&site, 3);
    let mut browser = site.holder();
    let order = applied(&site, &orders[0]);
    let page = issued(&mut browser, &order);
    let chart = page.within("<svg viewBox=\"0 0 9", "</svg>");
    for label in [
        "Certificate 1",
        "Certificate 2",
        "Certificate 3",
        "Coverage",
    ] {
        assert!(chart.contains(label), "{label}: {chart}");
    }
    assert!(chart.contains("class=\"real\"") && chart.contains("class=\"expected\""));
    assert!(
        page.has("The service activates the next certificate"),
        "{}",
        page.body
    );
    // The member that waits shows the same chain, and that it is the third.
    let third = format!("certificates/{}", orders[2]);
    assert!(page.has(&format!("<a href=\"/console/{third}\">Certificate 3</a>")));
    let waiting = browser.open(&third);
    assert!(waiting.has(&format!(
        "<a href=\"/console/{third}\" aria-current=\"page\">Certificate 3</a>"
    )));
    assert!(waiting.has("Not Activated") && waiting.has("Certificate 3"));
}

#[test]
fn a_claim_in_review_is_told_found_and_taken_back() {
    let site = Site::with(config("2024-10-intl", "2024-11-01"));
    let slot = bought(&site, 1).remove(0);
    let mut browser = site.holder();
    let path = format!("certificates/{slot}");
    let claim = format!("{path}/claim-refund");
    let form = browser.open(&claim);
    assert_eq!(confirm(&mut browser, &form, &claim, &[]).status, 303);
    assert!(browser.open(&path).has("The refund was claimed"));
    assert!(browser.open("?status=refund-review").has(&slot));
    assert!(!browser.open("?status=refunded").has(&slot));
    let back = format!("{path}/cancel-refund");
    let form = browser.open(&back);
    assert_eq!(confirm(&mut browser, &form, &back, &[]).status, 303);
    assert!(browser.open(&path).has("The refund claim was taken back"));
    assert!(!browser.open("?status=refund-review").has(&slot));
}

#[test]
fn what_the_completion_of_a_revocation_brings_is_priced() {
    let site = Site::with(config("2021-02-api", "2021-03-01"));
    let mut browser = site.holder();
    let slot = drawn(&site, PRODUCT);
    let order = applied(&site, &slot);
    let page = issued(&mut browser, &order);
    let plan = page.within("/console/plans/", "\"").to_owned();
    let remaining = |browser: &mut Browser| {
        let page = browser.open(&format!("plans/{plan}"));
        let told = page.within("<dt>Remaining</dt><dd>", "<").to_owned();
        told.parse::<u32>().unwrap()
    };
    let before = remaining(&mut browser);
    let path = format!("certificates/{order}/revoke");
    let form = browser.open(&path);
    let asked = form.within(">What follows</h2>", "</section>");
    assert!(
        asked.contains(&format!("<dd>{before} → {before}</dd>")),
        "{asked}"
    );
    let completed = form.within(">Once the CA has completed it</h2>", "</section>");
    assert!(
        completed.contains(&format!("<dd>{before} → {}</dd>", before + 1))
            && completed.contains(">Revoked<")
            && completed.contains("<dd>0.00 CNY</dd>"),
        "{completed}"
    );
    // As it comes.
    assert_eq!(confirm(&mut browser, &form, &path, &[]).status, 303);
    issued_no_more(&mut browser, &order);
    assert_eq!(remaining(&mut browser), before + 1);
}

fn issued_no_more(browser: &mut Browser, order: &str) {
    let page = browser.open(&format!("certificates/{order}"));
    assert!(heading(&page).contains(">Revoked<"), "{}", heading(&page));
}

#[test]
fn money_that_comes_with_the_completion_is_priced() {
    let site = Site::with(config("2019-08-intl", "2019-09-01"));
    let slot = bought(&site, 1).remove(0);
    let mut browser = site.holder();
    let order = applied(&site, &slot);
    issued(&mut browser, &order);
    let form = browser.open(&format!("certificates/{order}/revoke"));
    let completed = form.within(">Once the CA has completed it</h2>", "</section>");
    assert!(completed.contains("<dd>100.00 CNY</dd>"), "{completed}");
}

#[test]
fn a_refusal_says_how_its_status_is_called_here() {
    let mut config = config("2021-02-api", "2021-03-01");
    config.verification = Conduct::Manual;
    let site = Site::with(config);
    let slot = bought(&site, 1).remove(0);
    let order = applied(&site, &slot);
    let mut browser = site.holder();
    let path = format!("certificates/{order}/revoke");
    let refused = browser.get(&path);
    assert_eq!(refused.status, 409);
    assert!(
        refused.has("Domain Verification")
            && refused.has(
                "called here</dt><dd><span class=\"badge wait\">Pending Verification</span></dd>"
            ),
        "{}",
        refused.body
    );
    let chinese = browser.get(&format!("{path}?lang=zh"));
    assert!(
        chinese.has("在此显示为</dt><dd><span class=\"badge wait\">"),
        "{}",
        chinese.body
    );
    // Where both say the same, nothing is said twice.
    browser.get("?lang=en");
    let slot = bought(&site, 1).remove(0);
    let refused = browser.get(&format!("certificates/{slot}/revoke"));
    assert!(
        refused.has("Pending Application") && !refused.has("called here"),
        "{}",
        refused.body
    );
}
