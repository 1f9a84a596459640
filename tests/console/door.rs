//! Signing in and out, and who sees what.

use cert_lifecycle::model::{AccountId, Catalog, OrderId, Payment};
use cert_lifecycle::server::{Config, Server, StartError};

use crate::browser::{Browser, Site};

const COOKIE: &str = "console-session";

fn one_slot(site: &Site) -> OrderId {
    let account = AccountId::new("1234567890").unwrap();
    let product = Catalog::published().get("geotrust-dv-1-starter").unwrap();
    let years = 1.try_into().unwrap();
    let service = site.running().service();
    let bought = site
        .wait(service.buy(account, product, years, Payment::NONE))
        .unwrap();
    bought.orders[0]
}

#[test]
fn a_key_and_its_secret_open_the_console_until_it_is_left() {
    let site = Site::start();
    let mut browser = site.stranger();
    let sent = browser.get("");
    assert_eq!(
        (sent.status, sent.header("location")),
        (303, Some("/console/sign-in"))
    );
    let wrong = browser.sign_in("testid", "testsecre");
    assert_eq!(wrong.status, 401);
    assert!(wrong.has("There is no such key"), "{}", wrong.body);
    assert!(!browser.cookies.contains_key(COOKIE));

    let welcome = browser.sign_in("testid", "testsecret");
    let list = browser.follow(&welcome);
    assert!(list.has("1234567890"), "{}", list.body);
    let id = browser.cookies[COOKIE].clone();
    assert_eq!(id.len(), 64);

    let csrf = list.hidden("csrf");
    let left = browser.post("sign-out", &[("csrf", &csrf)]);
    let outside = browser.follow(&left);
    assert!(outside.has("You are signed out."));
    // The id is worth nothing now.
    browser.cookies.insert(COOKIE.into(), id);
    let over = browser.get("orders");
    assert_eq!(over.status, 401);
    assert!(over.has("Your session has ended"), "{}", over.body);
}

#[test]
fn a_form_sent_after_the_session_ended_does_nothing_and_says_so() {
    let site = Site::start();
    let mut browser = site.holder();
    let form = browser.open("buy");
    let csrf = form.hidden("csrf");
    let mut elsewhere = Browser {
        cookies: browser.cookies.clone(),
        ..site.stranger()
    };
    elsewhere.post("sign-out", &[("csrf", &csrf)]);
    let fields = [
        ("product", "geotrust-dv-1-starter"),
        ("what", "1"),
        ("cash", "1"),
        ("voucher", ""),
    ];
    let sent = browser.fill_again(&form, "buy", &fields);
    assert_eq!(sent.status, 401);
    assert!(sent.has("Your session has ended"));
    assert!(site.holder().open("").has("No certificates yet"));
}

#[test]
fn failures_are_limited_and_another_key_is_still_looked_at() {
    let site = Site::start();
    let mut browser = site.stranger();
    for _ in 0..5 {
        assert_eq!(browser.sign_in("testid", "wrong").status, 401);
    }
    let closed = browser.sign_in("testid", "testsecret");
    assert_eq!(closed.status, 429, "even with the right secret");
    let wait: u64 = closed.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
    assert!(!browser.cookies.contains_key(COOKIE));
    assert_eq!(browser.sign_in("other", "othersecret").status, 303);
}

#[test]
fn no_other_site_signs_a_browser_in() {
    let site = Site::start();
    let mut browser = site.stranger();
    let form = browser.open("sign-in");
    let token = form.hidden("csrf");
    let fields = format!("csrf={token}&id=testid&secret=testsecret");
    // Its cookie is not sent from elsewhere.
    let mut without = site.stranger();
    assert_eq!(
        without.send("POST", "/console/sign-in", "", &fields).status,
        403
    );
    let origin = "origin: http://evil.example\r\n";
    assert_eq!(
        browser
            .send("POST", "/console/sign-in", origin, &fields)
            .status,
        403
    );
    assert!(!browser.cookies.contains_key(COOKIE));
    assert_eq!(browser.sign_in("testid", "testsecret").status, 303);
}

#[test]
fn a_form_without_its_sessions_token_is_refused_and_does_nothing() {
    let site = Site::start();
    let mut browser = site.holder();
    let other = site.holder().open("buy").hidden("csrf");
    let form = browser.open("buy");
    let (own, key) = (form.hidden("csrf"), form.hidden("key"));
    let fields = |csrf: &str| {
        format!(
            "csrf={csrf}&key={key}&product=geotrust-dv-1-starter&what=1&count=1&cash=1&voucher=0"
        )
    };
    for csrf in ["", "0", &other] {
        let sent = browser.send("POST", "/console/buy", "", &fields(csrf));
        assert_eq!(sent.status, 403, "{csrf}");
        assert!(sent.has("This form is of another session"));
    }
    let origin = "sec-fetch-site: cross-site\r\n";
    assert_eq!(
        browser
            .send("POST", "/console/buy", origin, &fields(&own))
            .status,
        403
    );
    assert_eq!(
        browser
            .send("POST", "/console/sign-out", "", "csrf=")
            .status,
        403
    );
    assert!(browser.open("").has("No certificates yet"));
    // The same form with its token does it.
    assert_eq!(
        browser
            .send("POST", "/console/buy", "", &fields(&own))
            .status,
        303
    );
    assert!(browser.open("").has("Pending Application"));
}

#[test]
fn what_belongs_to_another_account_is_not_found() {
    let site = Site::start();
    let order = one_slot(&site);
    let path = format!("certificates/{order}");
    let own = site.holder().open(&path);
    assert!(own.has(&order.to_string()));
    let mut other = site.stranger();
    assert_eq!(other.sign_in("other", "othersecret").status, 303);
    let foreign = other.get(&path);
    let unknown = other.get("certificates/999999999999");
    assert_eq!((foreign.status, unknown.status), (404, 404));
    let main = |page: &crate::page::Page| page.within("<main", "</main>").to_owned();
    assert_eq!(
        main(&foreign),
        main(&unknown),
        "nothing tells the two apart"
    );
    assert!(other.open("").has("No certificates yet"));
    assert!(other.open("plans").has("No resource plans"));
}

#[test]
fn addresses_that_are_none_have_a_page() {
    let site = Site::start();
    let mut browser = site.holder();
    for path in [
        "x",
        "certificates",
        "certificates/x",
        "certificates/1/2/3",
        "%2e%2e/",
        "buy/",
    ] {
        assert_eq!(browser.get(path).status, 404, "{path}");
    }
    assert_eq!(browser.send("PUT", "/console/", "", "").status, 405);
    assert_eq!(browser.send("GET", "/console", "", "").status, 200);
    let large = "x".repeat(9 << 20);
    let page = browser.send("POST", "/console/buy", "", &large);
    assert_eq!(page.status, 413);
    assert!(page.has("Too much was sent"), "{}", page.body);
}

#[test]
fn the_console_is_for_this_machine_alone() {
    let mut config = Config::for_tests();
    config.control = false;
    config.listen = "0.0.0.0:0".parse().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let refused = runtime.block_on(Server::start(config.clone()));
    assert!(matches!(refused, Err(StartError::Console(_))));
    config.console = false;
    let running = runtime.block_on(Server::start(config)).unwrap();
    runtime.block_on(running.stop());
}
