//! The bar that moves the clock.

use cert_lifecycle::server::{ClockKind, Config};

use crate::browser::Site;
use crate::certificate::{applied, bought, issued};

fn manual() -> Site {
    let mut config = Config::for_tests();
    config.edition = Some("2021-02-api".into());
    config.clock = "manual:2021-03-01T09:00:00+08:00".parse().unwrap();
    Site::with(config)
}

#[test]
fn the_clock_goes_by_days_and_to_a_date() {
    let site = manual();
    let mut browser = site.holder();
    let page = browser.open("orders");
    assert!(page.has("It is 2021-03-01 09:00"), "{}", page.body);
    let csrf = page.hidden("csrf");
    let sent = browser.post(
        "clock",
        &[("csrf", &csrf), ("back", "/console/orders"), ("days", "7")],
    );
    assert_eq!(sent.header("location"), Some("/console/orders?done=clock"));
    let moved = browser.follow(&sent);
    assert!(moved.has("The clock was moved.") && moved.has("It is 2021-03-08 09:00"));
    let back = moved.hidden("back");
    assert_eq!(back, "/console/orders", "without what was done");
    let sent = browser.post(
        "clock",
        &[("csrf", &csrf), ("back", &back), ("day", "2021-04-01")],
    );
    assert!(browser.follow(&sent).has("It is 2021-04-01 00:00"));
    let before = browser.post(
        "clock",
        &[("csrf", &csrf), ("back", &back), ("day", "2021-03-01")],
    );
    assert_eq!(before.status, 409);
    assert!(before.has("the clock does not go back"));
    for day in ["", "x", "2021-13-01", "2021-02-30", "99999999999-01-01"] {
        assert_eq!(
            browser
                .post("clock", &[("csrf", &csrf), ("day", day)])
                .status,
            409,
            "{day}"
        );
    }
}

#[test]
fn the_clock_leaps_to_the_next_event_of_a_certificate() {
    let site = manual();
    let slot = bought(&site, 1).remove(0);
    let mut browser = site.holder();
    let order = applied(&site, &slot);
    let page = issued(&mut browser, &order);
    let at = page.within("name=\"at\" value=\"", "\"").to_owned();
    let (csrf, back) = (
        page.hidden("csrf"),
        format!("/console/certificates/{order}"),
    );
    let sent = browser.post("clock", &[("csrf", &csrf), ("back", &back), ("at", &at)]);
    let after = browser.follow(&sent);
    assert_eq!(site.running().now().to_string(), at);
    let next = after.within("name=\"at\" value=\"", "\"");
    assert!(next > at.as_str(), "{next} is behind {at}");
}

#[test]
fn nobody_is_sent_elsewhere() {
    let site = manual();
    let mut browser = site.holder();
    let csrf = browser.open("").hidden("csrf");
    for back in [
        "//evil.example/",
        "https://evil.example/console/",
        "/",
        "/console/\\\\x",
        "/console/\r\nx: y",
        "",
    ] {
        let sent = browser.post("clock", &[("csrf", &csrf), ("back", back), ("days", "1")]);
        assert_eq!(
            sent.header("location"),
            Some("/console/?done=clock"),
            "{back}"
        );
    }
}

#[test]
fn the_systems_clock_has_no_bar_and_is_not_moved() {
    let mut config = Config::for_tests();
    config.clock = ClockKind::System;
    let site = Site::with(config);
    let mut browser = site.holder();
    let page = browser.open("");
    assert!(!page.has("class=\"clock\""));
    let sent = browser.post("clock", &[("csrf", &page.hidden("csrf")), ("days", "1")]);
    assert_eq!(sent.status, 409);
    assert!(sent.has("system"), "{}", sent.body);
}
