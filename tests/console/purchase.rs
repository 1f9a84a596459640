//! The page of a purchase: its certificates, and the way to its refund.

use cert_lifecycle::server::Config;

use crate::browser::Site;
use crate::certificate::bought;

fn site(edition: &str, day: &str) -> Site {
    let mut config = Config::for_tests();
    config.edition = Some(edition.into());
    config.clock = format!("manual:{day}T09:00:00+08:00").parse().unwrap();
    Site::with(config)
}

/// The path of the newest purchase.
fn newest(browser: &mut crate::browser::Browser) -> String {
    let list = browser.open("orders");
    let links = list.all("href").into_iter();
    let mut links = links.filter_map(|link| link.strip_prefix("/console/orders/"));
    format!("orders/{}", links.next().unwrap())
}

#[test]
fn a_purchase_leads_to_the_priced_claim_and_says_later_why_there_is_none() {
    let site = site("2020-12", "2021-01-05");
    let slot = bought(&site, 1).remove(0);
    let mut browser = site.holder();
    let path = newest(&mut browser);
    let page = browser.open(&path);
    let claim = format!("certificates/{slot}/claim-refund");
    assert!(
        page.within("id=\"refund\"", "</section>")
            .contains(&format!("href=\"/console/{claim}\"")),
        "{}",
        page.body
    );
    let form = browser.open(&claim);
    let seen = form.hidden("seen");
    assert_eq!(
        browser.fill_again(&form, &claim, &[("seen", &seen)]).status,
        303
    );
    let page = browser.open(&path);
    assert!(page.has("Paid back: 100.00"), "{}", page.body);
    let refund = page.within("id=\"refund\"", "</section>");
    assert!(
        refund.contains("disabled") && refund.contains("<dt>Rule</dt>"),
        "{refund}"
    );
    let mut other = site.stranger();
    other.sign_in("other", "othersecret");
    assert_eq!(other.get(&path).status, 404);
    assert_eq!(browser.get("orders/none").status, 404);
}

#[test]
fn the_members_of_a_purchased_chain_are_named() {
    let site = site("2022-hosting", "2022-03-20");
    let orders = bought(&site, 3);
    let mut browser = site.holder();
    let path = newest(&mut browser);
    let page = browser.open(&path);
    for order in orders {
        assert!(
            page.has(&format!("href=\"/console/certificates/{order}\"")),
            "{order}: {}",
            page.body
        );
    }
}
