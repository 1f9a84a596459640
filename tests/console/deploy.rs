//! Putting a certificate on cloud products, and taking it off again.

use cert_lifecycle::server::Faults;

use crate::browser::Browser;
use crate::page::Page;
use crate::upload::{site, uploaded};

fn order(browser: &mut Browser, path: &str, target: &str) -> Page {
    let form = browser.open(path);
    let (csrf, key) = (form.hidden("csrf"), form.hidden("key"));
    let fields = [
        ("csrf", csrf.as_str()),
        ("key", key.as_str()),
        ("target", target),
        ("domain", "www.example.com"),
    ];
    browser.post(path, &fields)
}

#[test]
fn t39_a_certificate_is_deployed_and_taken_off_and_the_job_has_a_state() {
    let site = site("2021-02-api", "2026-06-01");
    let mut browser = site.holder();
    let own = uploaded(&mut browser);
    let path = format!("{own}/deploy");
    let form = browser.open(&path);
    assert!(
        form.has("<option value=\"CDN\">") && !form.has("<option value=\"Nowhere\">"),
        "{}",
        form.body
    );
    assert!(form.has("2021-02-api") && form.has("<span class=\"mark\">"));
    let sent = order(&mut browser, &path, "CDN");
    let page = browser.follow(&sent);
    let table = page.within("id=\"deployments\"", "</table>").to_owned();
    for text in ["CDN", "www.example.com", "serving", "2026-06-01 09:00"] {
        assert!(table.contains(text), "{text}: {table}");
    }

    let csrf = page.hidden("csrf");
    let key = table.split("name=\"key\" value=\"").nth(1).unwrap();
    let key = key.split('"').next().unwrap();
    let fields = [("csrf", csrf.as_str()), ("key", key), ("target", "CDN")];
    let sent = browser.post(&format!("{own}/undeploy"), &fields);
    let page = browser.follow(&sent);
    assert!(page.has("Done: Take off the product"));
    assert!(!page.has("id=\"deployments\""));
    assert!(page.has("Taken off CDN"), "{}", page.body);
    // A double click.
    assert_eq!(
        browser.post(&format!("{own}/undeploy"), &fields).status,
        303
    );
}

#[test]
fn r52_a_product_that_is_not_of_the_edition_is_refused_by_rule() {
    let site = site("2021-02-api", "2026-06-01");
    let mut browser = site.holder();
    let own = uploaded(&mut browser);
    let refused = order(&mut browser, &format!("{own}/deploy"), "Nowhere");
    assert_eq!(refused.status, 409);
    assert!(
        refused.has("This is not possible") && refused.has("<dd>R-52</dd>"),
        "{}",
        refused.body
    );
    // What no form of this page sends.
    let odd = order(&mut browser, &format!("{own}/deploy"), "a name with blanks");
    assert_eq!(odd.status, 403);
    assert!(!browser.open(&own).has("id=\"deployments\""));
}

/// A product that can't be reached is asked again; until it takes the certificate the job is on its way.
#[test]
fn t39_what_a_product_did_not_take_yet_is_on_its_way() {
    let site = site("2021-02-api", "2026-06-01");
    let mut browser = site.holder();
    let own = uploaded(&mut browser);
    let away = "[[fault]]\nkind = \"product-away\"\ntimes = 1";
    site.running().order_faults(Faults::read(away).unwrap());
    let sent = order(&mut browser, &format!("{own}/deploy"), "CDN");
    let page = browser.follow(&sent);
    let table = page.within("id=\"deployments\"", "</table>");
    assert!(
        table.contains("CDN") && table.contains("on its way"),
        "{table}"
    );
    assert!(!table.contains("serving"), "{table}");

    site.wait(site.running().advance(3_600)).unwrap();
    let page = browser.open(&own);
    let table = page.within("id=\"deployments\"", "</table>");
    assert!(!table.contains("on its way"), "{table}");
    for text in ["serving", "2026-06-01 10:00"] {
        assert!(table.contains(text), "{text}: {table}");
    }
}
