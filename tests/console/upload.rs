//! Certificates from elsewhere: put in, listed, and what is wrong with them told where it stands.

use cert_lifecycle::server::Config;

use crate::browser::{Browser, Site};
use crate::page::Page;

/// The site, on a day on which the certificate is valid.
pub fn site(edition: &str, day: &str) -> Site {
    let mut config = Config::for_tests();
    config.edition = Some(edition.into());
    config.clock = format!("manual:{day}T09:00:00+08:00").parse().unwrap();
    Site::with(config)
}

pub fn pem(name: &str) -> String {
    let path = format!("{}/tests/data/pki/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// Hands a certificate in.
pub fn upload(browser: &mut Browser, name: &str, chain: &str, key: &str) -> Page {
    browser.fill(
        "upload",
        &[("name", name), ("chain", chain), ("private-key", key)],
    )
}

/// A certificate that was taken; its path.
pub fn uploaded(browser: &mut Browser) -> String {
    let (chain, key) = (pem("leaf-p256.pem"), pem("public-test-key-p256-pkcs8.pem"));
    let sent = upload(browser, "web-1", &chain, &key);
    let target = sent.header("location").unwrap_or_default();
    let path = target.strip_prefix("/console/").unwrap().to_owned();
    path.strip_suffix("?done=upload").unwrap().to_owned()
}

#[test]
fn r51_an_uploaded_certificate_has_a_page_and_is_listed_apart() {
    let site = site("2021-02-api", "2026-06-01");
    let mut browser = site.holder();
    assert!(browser.open("uploaded").has("href=\"/console/upload\""));
    let path = uploaded(&mut browser);
    let page = browser.open(&path);
    assert!(
        page.has("<h1>www.example.com</h1>") && page.has("<dd>web-1</dd>"),
        "{}",
        page.body
    );
    assert!(
        page.has("Covered from 2026-06-01 to 2050-01-01"),
        "{}",
        page.body
    );
    // It is sold as nothing: who issued it is told instead.
    let issuer = "uploaded, issued by CN=";
    assert!(
        page.has(issuer) && !page.has("digicert-free-1-free"),
        "{}",
        page.body
    );
    for layout in ["card", "list"] {
        let list = browser.open(&format!("uploaded?layout={layout}"));
        assert!(list.has("www.example.com"), "{}", list.body);
        assert!(
            list.has(issuer) && !list.has("digicert-free-1-free"),
            "{}",
            list.body
        );
    }
    assert!(!browser.open("").has("www.example.com"));
    // downloads are for certificates of one's own.
    let download = browser.get(&format!("{path}/download"));
    assert_eq!(download.status, 409);
    assert!(download.has("<dd>R-53</dd>"), "{}", download.body);
    // It is nobody else's.
    let mut other = site.stranger();
    other.sign_in("other", "othersecret");
    assert_eq!(other.get(&path).status, 404);
}

#[test]
fn what_is_wrong_is_told_at_its_field_and_the_key_is_never_shown() {
    let site = site("2021-02-api", "2026-06-01");
    let mut browser = site.holder();
    let (chain, key) = (pem("leaf-p256.pem"), pem("public-test-key-p256-pkcs8.pem"));
    let other = pem("public-test-key-p384-pkcs8.pem");
    let secret = key.lines().nth(1).unwrap().to_owned();
    let long = "n".repeat(5_000);
    for (name, chain, key, field) in [
        ("web-1", "no PEM", key.as_str(), "chain"),
        ("web-1", key.as_str(), key.as_str(), "chain"),
        ("web-1", chain.as_str(), "no PEM", "private-key"),
        ("web-1", chain.as_str(), chain.as_str(), "private-key"),
        ("web-1", chain.as_str(), other.as_str(), "private-key"),
        (&long, chain.as_str(), key.as_str(), "name"),
        ("", chain.as_str(), key.as_str(), "name"),
    ] {
        let page = upload(&mut browser, name, chain, key);
        assert_eq!(page.status, 422, "{field}");
        assert!(
            page.has(&format!("<a href=\"#{field}\">"))
                && page.has(&format!("id=\"{field}-wrong\"")),
            "{field}: {}",
            page.body
        );
        assert!(
            page.within("id=\"private-key\"", "</textarea>")
                .trim()
                .ends_with('>')
        );
        if chain != key {
            assert!(!page.has(&secret), "{field}: {}", page.body);
        }
    }
    assert!(browser.open("uploaded").has("No uploaded certificates"));
    // The name of one that is there.
    uploaded(&mut browser);
    let again = upload(&mut browser, "web-1", &chain, &key);
    assert_eq!(again.status, 422);
    assert!(again.has("id=\"name-wrong\""), "{}", again.body);
    assert_eq!(browser.open("uploaded").body.matches("<article").count(), 1);
}

#[test]
fn a_double_click_uploads_once_and_too_much_is_told() {
    let site = site("2021-02-api", "2026-06-01");
    let mut browser = site.holder();
    let form = browser.open("upload");
    let (chain, key) = (pem("leaf-p256.pem"), pem("public-test-key-p256-pkcs8.pem"));
    let fields = [
        ("name", "web-1"),
        ("chain", chain.as_str()),
        ("private-key", key.as_str()),
    ];
    let first = browser.fill_again(&form, "upload", &fields);
    let second = browser.fill_again(&form, "upload", &fields);
    assert_eq!(first.header("location"), second.header("location"));
    let huge = "x".repeat(4_000_000);
    let page = upload(&mut browser, "web-2", &huge, "");
    assert_eq!(page.status, 413);
    assert!(page.has("Too much was sent"), "{}", page.body);
}
