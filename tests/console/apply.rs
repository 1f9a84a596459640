//! Applying: with a key of the service's or of one's own, the record to publish, and again after a
//! withdrawal.

use cert_lifecycle::server::{Conduct, Config, Review};

use crate::browser::{Browser, Site};
use crate::certificate::bought;
use crate::page::Page;

fn site() -> Site {
    let mut config = Config::for_tests();
    config.edition = Some("2021-02-api".into());
    config.clock = "manual:2021-03-01T09:00:00+08:00".parse().unwrap();
    config.verification = Conduct::Manual;
    config.review = Review::Manual;
    Site::with(config)
}

const FIELDS: [(&str, &str); 6] = [
    ("names", "www.example.com"),
    ("method", "DNS"),
    ("person", "Tom"),
    ("phone", "13900000000"),
    ("email", "username@example.com"),
    ("kind", "p-256"),
];

fn changed<'a>(name: &str, value: &'a str) -> Vec<(&'static str, &'a str)> {
    let fields = FIELDS
        .iter()
        .map(|(own, before)| (*own, if *own == name { value } else { before }));
    fields.collect()
}

fn order_of(page: &Page) -> String {
    let target = page.header("location").unwrap();
    let order = target.strip_prefix("/console/certificates/").unwrap();
    order.split('?').next().unwrap().to_owned()
}

#[test]
fn an_application_shows_what_to_publish_and_counts_once() {
    let site = site();
    let slot = bought(&site, 1).remove(0);
    let mut browser = site.holder();
    let path = format!("certificates/{slot}/apply");
    assert!(
        browser
            .open(&format!("certificates/{slot}"))
            .has(&format!("href=\"/console/{path}\""))
    );
    let form = browser.open(&path);
    let sent = browser.fill_again(&form, &path, &FIELDS);
    let order = order_of(&sent);
    let page = browser.follow(&sent);
    assert!(
        page.has("Done: Apply") && page.has("Pending Verification"),
        "{}",
        page.within("<main", "</main>")
    );
    assert!(
        page.within("id=\"record-name\"", ">")
            .contains("www.example.com"),
        "{}",
        page.within("<main", "</main>")
    );
    assert!(page.has("value=\"TXT\"") || page.has("value=\"CNAME\""));
    // A double click.
    assert_eq!(order_of(&browser.fill_again(&form, &path, &FIELDS)), order);
    // Another form of before: the slot is in application.
    let mut late = Browser {
        cookies: browser.cookies.clone(),
        ..site.stranger()
    };
    let refused = late.get(&path);
    assert_eq!(refused.status, 409, "{}", refused.body);
}

#[test]
fn what_was_applied_with_stands_in_the_form_of_the_next_application() {
    let site = site();
    let slot = bought(&site, 1).remove(0);
    let mut browser = site.holder();
    let path = format!("certificates/{slot}/apply");
    let order = order_of(&browser.fill(&path, &FIELDS));
    let withdraw = format!("certificates/{order}/withdraw");
    let form = browser.open(&withdraw);
    let seen = form.hidden("seen");
    assert_eq!(
        browser
            .fill_again(&form, &withdraw, &[("seen", &seen)])
            .status,
        303
    );
    let path = format!("certificates/{order}/apply");
    let again = browser.open(&path);
    for text in [
        "value=\"www.example.com\"",
        "value=\"Tom\"",
        "value=\"username@example.com\"",
    ] {
        assert!(again.has(text), "{text}");
    }
    let next = order_of(&browser.fill_again(&again, &path, &changed("names", "mail.example.com")));
    assert_ne!(next, order);
    assert!(
        browser
            .open(&format!("certificates/{next}"))
            .has("mail.example.com")
    );
}

#[test]
fn a_request_of_ones_own_is_taken_and_what_is_none_is_named() {
    let site = site();
    let slot = bought(&site, 1).remove(0);
    let mut browser = site.holder();
    let path = format!("certificates/{slot}/apply");
    let wrongs = [
        ("names", "exa mple..com", "This is no domain name"),
        ("names", "", "Name a domain"),
        ("person", "", "The contact"),
        ("csr", "no PEM", "The signing request can"),
        (
            "csr",
            "<script>alert(1)</script>",
            "The signing request can",
        ),
    ];
    for (field, value, said) in wrongs {
        let mut fields = changed(field, value);
        fields.push(("csr", if field == "csr" { value } else { "" }));
        let page = browser.fill(&path, &fields);
        assert_eq!(page.status, 422, "{field}={value}");
        assert!(page.has(said), "{said}: {}", page.body);
        assert!(!page.has("<script"));
        assert!(page.has("value=\"13900000000\""), "what was entered stays");
    }
    let pem = include_str!("../data/pki/p256.csr");
    let mut fields = changed("names", "");
    fields.push(("csr", pem));
    let sent = browser.fill(&path, &fields);
    assert_eq!(sent.status, 303, "{}", sent.body);
}

#[test]
fn mistakes_of_the_contact_stand_at_their_fields_and_a_refusal_keeps_what_was_entered() {
    let site = site();
    let slot = bought(&site, 1).remove(0);
    let mut browser = site.holder();
    let path = format!("certificates/{slot}/apply");
    let wrong = browser.fill(&path, &changed("email", "nobody"));
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.has("id=\"email-wrong\"") && !wrong.has("id=\"person-wrong\""),
        "{}",
        wrong.body
    );
    // More names than the product takes.
    let several =
        "a.example.com, b.example.com, c.example.com, d.example.com, e.example.com, f.example.com";
    let refused = browser.fill(&path, &changed("names", several));
    assert_eq!(refused.status, 409);
    assert!(
        refused.has("This is not possible") && refused.has("value=\"Tom\""),
        "{}",
        refused.body
    );
}
