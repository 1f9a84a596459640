//! Renewing and hosting: a further slot, further years.

use cert_lifecycle::server::Config;

use crate::browser::Site;
use crate::certificate::{applied, bought, issued};
use crate::upload;

fn site(edition: &str, day: &str) -> Site {
    let mut config = Config::for_tests();
    config.edition = Some(edition.into());
    config.clock = format!("manual:{day}T09:00:00+08:00").parse().unwrap();
    Site::with(config)
}

const PAID: [(&str, &str); 2] = [("cash", "50"), ("voucher", "1.5")];

#[test]
fn t31_a_renewal_is_a_further_slot_and_the_old_one_is_untouched() {
    let site = site("2020-09", "2020-10-01");
    let slot = bought(&site, 1).remove(0);
    let mut browser = site.holder();
    let order = applied(&site, &slot);
    issued(&mut browser, &order);
    // Its window opens later, and the page says so.
    let path = format!("certificates/{order}/renew");
    let early = browser.get(&path);
    assert_eq!(early.status, 409);
    assert!(early.has("Possible from"), "{}", early.body);
    site.wait(site.running().advance(350 * 86_400)).unwrap();
    let form = browser.open(&path);
    assert!(form.has("This certificate stays as it is"));
    let mut fields = vec![("by", "payment")];
    fields.extend(PAID);
    let wrong = browser.fill(
        &path,
        &[("by", "payment"), ("cash", "a lot"), ("voucher", "")],
    );
    assert_eq!(wrong.status, 422);
    assert!(wrong.has("id=\"cash-wrong\""));
    let sent = browser.fill_again(&form, &path, &fields);
    let page = browser.follow(&sent);
    assert!(
        page.has("Done: Renew") && page.has("Pending Application"),
        "{}",
        page.body
    );
    assert_eq!(
        browser.fill_again(&form, &path, &fields).header("location"),
        sent.header("location"),
        "a double click"
    );
    assert!(
        browser
            .open(&format!("certificates/{order}"))
            .has("Pending Expiration")
    );
    assert!(browser.open("orders").has("Renewal"));
    // Each leads to the other.
    let location = sent.header("location").unwrap();
    let next = location.strip_suffix("?done=renew").unwrap();
    assert!(
        page.has(&format!(
            "<dt>Renews</dt><dd><a href=\"/console/certificates/{order}\">{order}</a></dd>"
        )),
        "{}",
        page.body
    );
    let old = browser.open(&format!("certificates/{order}"));
    assert!(
        old.has(&format!("<dt>Renewed by</dt><dd><div><a href=\"{next}\">")),
        "{}",
        old.body
    );
    let order = applied(&site, next.rsplit('/').next().unwrap());
    assert!(
        browser
            .open(&format!("certificates/{order}"))
            .has("<dt>Renews</dt>"),
        "its slot has another order now"
    );
}

#[test]
fn a_renewal_takes_a_unit_of_the_plan() {
    let site = site("2021-02-api", "2021-03-01");
    let slot = bought(&site, 1).remove(0);
    let mut browser = site.holder();
    let order = applied(&site, &slot);
    issued(&mut browser, &order);
    site.wait(site.running().advance(350 * 86_400)).unwrap();
    let path = format!("certificates/{order}/renew");
    let form = browser.open(&path);
    let left = form.within("for=\"by-plan\">", "<").to_owned();
    let sent = browser.fill_again(&form, &path, &[("by", "plan")]);
    let page = browser.follow(&sent);
    assert!(page.has("Unit of a plan"), "{}", page.body);
    assert_ne!(browser.open(&path).within("for=\"by-plan\">", "<"), left);
}

#[test]
fn t41_further_years_are_linked_behind_a_certificate() {
    let site = site("2022-hosting", "2022-03-20");
    let slot = bought(&site, 1).remove(0);
    let mut browser = site.holder();
    let order = applied(&site, &slot);
    issued(&mut browser, &order);
    let path = format!("certificates/{order}/hosting");
    let form = browser.open(&path);
    assert!(!form.has("id=\"names\""), "it was applied for here");
    // One year is there, and a chain has three at most.
    for (years, sold) in [(1, true), (2, true), (3, false)] {
        let disabled = form.has(&format!("<option value=\"{years}\" disabled>"));
        assert_ne!(disabled, sold, "{years}");
    }
    let why = form.within("id=\"why-3\"", "</details>");
    assert!(why.contains("R-03") && why.contains("4 years"), "{why}");
    let mut fields = vec![("years", "2")];
    fields.extend(PAID);
    let sent = browser.fill_again(&form, &path, &fields);
    let page = browser.follow(&sent);
    assert!(
        page.has("Done: Enable hosting") && page.has("Certificate 3"),
        "{}",
        page.body
    );
    assert!(page.has(">Hosted<"), "{}", page.within("<h1>", "<section"));
    for years in ["0", "4", "", "x"] {
        let wrong = browser.fill_again(&form, &path, &[("years", years)]);
        assert_ne!(wrong.status, 303, "{years}");
    }
}

#[test]
fn an_uploaded_certificate_is_hosted_with_the_data_that_are_handed_in() {
    let site = upload::site("2022-hosting", "2026-06-01");
    let mut browser = site.holder();
    let own = upload::uploaded(&mut browser);
    let path = format!("{own}/hosting");
    // It is listed under a free product, which is not what its years are sold under.
    assert!(browser.open(&own).has(&format!("href=\"/console/{path}\"")));
    let page = browser.open(&path);
    let mut fields = vec![
        ("years", "1"),
        ("product", "geotrust-dv-1-starter"),
        ("names", "www.example.com"),
        ("method", "DNS"),
        ("person", "Tom"),
        ("phone", "13900000000"),
        ("email", "username@example.com"),
        ("kind", "p-256"),
    ];
    fields.extend(PAID);
    let missing = browser.fill(&path, &fields[..1]);
    assert_eq!(missing.status, 422);
    for field in ["product", "names", "person"] {
        assert!(missing.has(&format!("id=\"{field}-wrong\"")), "{field}");
    }
    let sent = browser.fill_again(&page, &path, &fields);
    let page = browser.follow(&sent);
    assert!(
        page.has("Done: Enable hosting") && page.has("Certificate 2"),
        "{}",
        page.body
    );
}
