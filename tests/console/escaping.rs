//! Markup in every field stays text.

use cert_lifecycle::model::{
    AccountId, Applicant, Company, KeyKind, ProductCode, Submission, ValidationMethod,
};

use crate::browser::{Site, encoded};

const EVIL: &str = "\"><script>alert(1)</script><b>'&amp;";

/// What of it may not stand on any page.
fn is_text(page: &crate::page::Page) {
    assert!(!page.has("<script") && !page.has("<b>"), "{}", page.body);
}

#[test]
fn queries_and_cookies_and_paths_are_text() {
    let site = Site::start();
    let mut browser = site.holder();
    let evil = encoded(EVIL);
    for path in [
        format!("?name={evil}"),
        format!("?status={evil}&before={evil}&layout={evil}&lang={evil}&done={evil}"),
        format!("?{evil}={evil}"),
        format!("plans?before={evil}"),
        format!("certificates/{evil}"),
        format!("{evil}/{evil}"),
        format!("sign-in?done={evil}"),
    ] {
        let page = browser.get(&path);
        is_text(&page);
        assert!(page.status < 500, "{path}");
    }
    let name = browser.get(&format!("?name={evil}"));
    assert!(name.has("&lt;script&gt;alert(1)"), "{}", name.body);
    for cookie in ["console-language", "console-layout", "console-sign-in"] {
        browser.cookies.insert(cookie.into(), evil.clone());
    }
    is_text(&browser.open(""));
    let mut stranger = site.stranger();
    stranger
        .cookies
        .insert("console-session".into(), evil.clone());
    is_text(&stranger.get(&format!("?name={evil}")));
    is_text(&stranger.sign_in(EVIL, EVIL));
}

#[test]
fn fields_of_forms_are_text() {
    let site = Site::start();
    let mut browser = site.holder();
    let fields = [
        ("product", EVIL),
        ("what", EVIL),
        ("count", EVIL),
        ("cash", EVIL),
        ("voucher", EVIL),
        ("key", EVIL),
    ];
    let page = browser.fill("buy", &fields);
    assert_eq!(page.status, 422);
    is_text(&page);
    let csrf = page.hidden("csrf");
    let key = browser.post("buy", &[("csrf", &csrf), ("key", EVIL), ("cash", EVIL)]);
    is_text(&key);
}

#[test]
fn fields_of_the_forms_of_certificates_are_text() {
    let site = crate::upload::site("2022-hosting", "2026-06-01");
    let mut browser = site.holder();
    let own = crate::upload::uploaded(&mut browser);
    let slot = crate::certificate::bought(&site, 1).remove(0);
    let fields = [
        "name",
        "chain",
        "private-key",
        "names",
        "method",
        "person",
        "phone",
        "email",
        "company",
        "kind",
        "csr",
        "target",
        "domain",
        "years",
        "product",
        "cash",
        "voucher",
        "by",
    ];
    let forms = [
        String::from("upload"),
        format!("certificates/{slot}/apply"),
        format!("{own}/hosting"),
        format!("{own}/deploy"),
    ];
    for path in forms {
        let form = browser.open(&path);
        let sent = fields.map(|name| (name, EVIL));
        let page = browser.fill_again(&form, &path, &sent);
        assert!([403, 422].contains(&page.status), "{path}: {}", page.status);
        is_text(&page);
        // Nothing at all, and too much of everything.
        let empty = browser.fill_again(&form, &path, &[]);
        assert!(
            [403, 422].contains(&empty.status),
            "{path}: {}",
            empty.status
        );
        let long = "n".repeat(3_000);
        let sent = fields.map(|name| (name, long.as_str()));
        let page = browser.fill_again(&form, &path, &sent);
        assert!([403, 422].contains(&page.status), "{path}: {}", page.status);
    }
    // A name that somebody gave.
    let (chain, key) = (
        crate::upload::pem("leaf-p256.pem"),
        crate::upload::pem("public-test-key-p256-pkcs8.pem"),
    );
    let page = crate::upload::upload(&mut browser, EVIL, &chain, &key);
    if page.status == 303 {
        is_text(&browser.follow(&page));
    } else {
        assert_eq!(page.status, 422);
        is_text(&page);
    }
}

#[test]
fn what_somebody_stored_is_text() {
    let site = Site::start();
    let account = AccountId::new("1234567890").unwrap();
    let applicant = Applicant::new(EVIL, "13900000000", "<b>@example.com");
    let applicant = applicant.unwrap().for_company(Company::new(EVIL).unwrap());
    let key = KeyKind::Rsa { bits: 2_048 };
    let name = "www.example.com".parse().unwrap();
    let submission = Submission::request(name, applicant, ValidationMethod::Dns, key);
    let product = ProductCode::new("geotrust-dv-1-starter").unwrap();
    let service = site.running().service();
    let (order, _) = site
        .wait(service.submit(account, product, submission))
        .unwrap();
    let page = site.holder().open(&format!("certificates/{order}"));
    is_text(&page);
    assert!(
        page.has("&lt;script&gt;") && page.has("&lt;b&gt;@example.com"),
        "{}",
        page.body
    );
}
