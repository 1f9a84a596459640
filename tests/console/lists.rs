//! Lists: layouts, languages, filters and pages.

use cert_lifecycle::model::{
    AccountId, Applicant, Catalog, OrderId, Payment, Submission, ValidationMethod,
};
use cert_lifecycle::model::{Curve, KeyKind};
use cert_lifecycle::server::Config;

use crate::browser::Site;
use crate::page::Page;

fn account() -> AccountId {
    AccountId::new("1234567890").unwrap()
}

fn slots(site: &Site, count: usize) -> Vec<OrderId> {
    let product = Catalog::published().get("geotrust-dv-1-starter").unwrap();
    let service = site.running().service();
    let buy = || {
        let years = 1.try_into().unwrap();
        let bought = site.wait(service.buy(account(), product, years, Payment::NONE));
        bought.unwrap().orders[0]
    };
    (0..count).map(|_| buy()).collect()
}

fn apply(site: &Site, slot: OrderId, name: &str) {
    let applicant = Applicant::new("Tom", "13900000000", "username@example.com").unwrap();
    let key = KeyKind::Ec(Curve::P256);
    let submission =
        Submission::request(name.parse().unwrap(), applicant, ValidationMethod::Dns, key);
    site.wait(site.running().service().apply(account(), slot, submission))
        .unwrap();
}

/// The orders that a page links to, in its order.
fn shown(page: &Page) -> Vec<String> {
    let links = page.all("href").into_iter();
    let orders = links.filter_map(|link| link.strip_prefix("/console/certificates/"));
    // Behind the status is the same page, at its life cycle.
    let (lives, orders): (Vec<&str>, Vec<&str>) = orders.partition(|link| link.ends_with("#life"));
    let of_lives = lives.iter().map(|link| link.trim_end_matches("#life"));
    assert!(of_lives.eq(orders.iter().copied()), "{lives:?}");
    orders.into_iter().map(str::to_owned).collect()
}

/// Where a page's link behind such a text leads, below the console.
fn link(page: &Page, text: &str) -> Option<String> {
    let (before, _) = page.body.split_once(&format!(">{text}</a>"))?;
    let link = before.rsplit_once("href=\"/console/")?.1;
    Some(link.split('"').next()?.replace("&amp;", "&"))
}

#[test]
fn cards_are_the_default_and_the_list_is_remembered() {
    let site = Site::start();
    slots(&site, 1);
    let mut browser = site.holder();
    let cards = browser.open("");
    assert!(cards.has("<article class=\"card\">") && !cards.has("<table"));
    assert!(cards.has(">Purchase Certificate</a>"));
    let listed = browser.open(&link(&cards, "List").unwrap());
    assert!(listed.has("<table class=\"stack\">") && !listed.has("<article"));
    assert!(listed.has("<th scope=\"col\">Status</th>"));
    let again = browser.open("free");
    assert!(
        again.has("layout=list\" aria-current=\"true\""),
        "{}",
        again.body
    );
    assert!(browser.open("?layout=nonsense").has("<article"));
}

#[test]
fn the_language_is_the_browsers_until_one_is_chosen() {
    let site = Site::start();
    let mut browser = site.holder();
    browser.language = "zh-CN,zh;q=0.9".into();
    let chinese = browser.open("");
    assert!(chinese.has("<html lang=\"zh-CN\">") && chinese.has("购买证书"));
    for tab in ["证书管理", "免费证书", "上传证书", "订单管理", "证书资源包"] {
        assert!(chinese.has(&format!(">{tab}</a>")), "{tab}");
    }
    let english = link(&chinese, "English").unwrap();
    assert!(browser.open(&english).has("<html lang=\"en\">"));
    let kept = browser.open("buy");
    assert!(kept.has("Purchase Certificate") && !kept.has("购买"));
    let back = link(&kept, "中文").unwrap();
    assert!(browser.open(&back).has("立即购买并支付"));
}

#[test]
fn pages_show_every_certificate_once_and_stay_light() {
    let site = Site::start();
    let mut bought: Vec<String> = slots(&site, 120).iter().map(ToString::to_string).collect();
    bought.reverse();
    let mut browser = site.holder();
    for layout in ["card", "list"] {
        let (mut path, mut seen, mut sizes) = (format!("?layout={layout}"), Vec::new(), Vec::new());
        loop {
            let page = browser.open(&path);
            assert!(page.body.len() < 60 * 1024, "{}", page.body.len());
            let here = shown(&page);
            sizes.push(here.len());
            seen.extend(here);
            assert_eq!(link(&page, "Newest").is_none(), sizes.len() == 1);
            match link(&page, "Older") {
                Some(older) => path = older,
                None => break,
            }
        }
        assert_eq!(sizes, [50, 50, 20], "{layout}");
        assert_eq!(seen, bought, "{layout}: the newest first");
    }
}

#[test]
fn the_filter_goes_by_state_group_and_name() {
    let site = Site::start();
    let orders = slots(&site, 3);
    apply(&site, orders[0], "www.example.com");
    apply(&site, orders[1], "badexample.com");
    let mut browser = site.holder();
    let mut found = |query: &str| shown(&browser.open(query)).len();
    assert_eq!(found(""), 3);
    assert_eq!(found("?status=pending-application"), 1);
    assert_eq!(found("?status=domain-verification"), 2);
    assert_eq!(found("?status=group-ordered"), 3);
    assert_eq!(found("?status=group-issued"), 0);
    assert_eq!(found("?name=example.com"), 1, "and not badexample.com");
    assert_eq!(found("?name=example.com&status=pending-application"), 0);
    let none = browser.open("?name=example.org");
    assert!(none.has("No certificate fits the filter"));
    let wrong = browser.get("?name=exa%20mple");
    assert_eq!(wrong.status, 400);
    assert!(wrong.has("This is no domain name: exa mple"));
    // The states of S0 and S2, and the groups of S1.
    let all = browser.open("");
    for name in [
        "Issued",
        "Pending Application",
        "Validating Application",
        "Pending Expiration",
        "Validation Failed",
        "Expired",
        "Revoked",
        "Validating Revocation",
        "Hosted",
        "Not Activated",
        "Pending Verification",
        "Ordered",
    ] {
        assert!(all.has(&format!(">{name}</option>")), "{name}");
    }
}

#[test]
fn a_rare_state_is_looked_for_page_by_page() {
    let site = Site::start();
    let orders = slots(&site, 430);
    apply(&site, orders[0], "www.example.com");
    let mut browser = site.holder();
    // All are read, 400 at once.
    let first = browser.open("?status=validation-failed");
    assert!(
        first.has("None among the certificates looked at so far"),
        "{}",
        first.body
    );
    let rest = browser.open(&link(&first, "Go on looking").unwrap());
    assert!(rest.has("No certificate fits the filter"));
}

#[test]
fn an_order_of_another_tab_is_not_among_the_bought() {
    let site = Site::start();
    let free = Catalog::published().get("digicert-free-1-free").unwrap();
    let service = site.running().service();
    let years = 1.try_into().unwrap();
    let bought = site
        .wait(service.buy(account(), free, years, Payment::NONE))
        .unwrap();
    let mut browser = site.holder();
    assert!(shown(&browser.open("")).is_empty());
    assert_eq!(shown(&browser.open("free")), [bought.orders[0].to_string()]);
    assert!(browser.open("orders").has(bought.purchase.as_str()));
    assert!(browser.open("uploaded").has("No uploaded certificates"));
}

#[test]
fn a_member_that_waits_says_for_what() {
    let mut config = Config::for_tests();
    config.edition = Some("2022-hosting".into());
    config.clock = "manual:2022-03-20T09:00:00+08:00".parse().unwrap();
    let site = Site::with(config);
    let orders = crate::certificate::bought(&site, 3);
    let mut browser = site.holder();
    for layout in ["card", "list"] {
        let page = browser.open(&format!("?layout={layout}"));
        for (place, order) in [(2, &orders[1]), (3, &orders[2])] {
            let said = format!("Certificate {place} of 3, waits behind {}", orders[0]);
            let row = page.within(&format!("certificates/{order}\">"), "</a>");
            assert_eq!(row, said, "{layout}");
        }
    }
    // Once that has a name, it is told.
    crate::certificate::applied(&site, &orders[0]);
    let page = browser.open("");
    let row = page.within(&format!("certificates/{}\">", orders[2]), "</a>");
    assert_eq!(row, "Certificate 3 of 3, waits behind www.example.com");
}

#[test]
fn a_status_that_there_is_not_is_told_in_both_languages() {
    let site = Site::start();
    slots(&site, 1);
    let mut browser = site.holder();
    for (language, said) in [
        (
            "en",
            "There is no such status to filter by: lost &amp; found",
        ),
        ("zh", "没有可供筛选的此状态：lost &amp; found"),
    ] {
        let page = browser.get(&format!("?lang={language}&status=lost%20%26%20found"));
        assert_eq!(page.status, 400);
        assert!(
            page.has(&format!(
                "<p class=\"wrong\" id=\"status-wrong\">{said}</p>"
            )),
            "{}",
            page.body
        );
        assert!(page.has("aria-invalid=\"true\"") && shown(&page).is_empty());
        let clear = if language == "en" { "Clear" } else { "清除" };
        assert_eq!(link(&page, clear).as_deref(), Some(""));
    }
    assert_eq!(
        shown(&browser.open("?status=")).len(),
        1,
        "none at all is no word"
    );
}

#[test]
fn an_empty_tab_of_free_certificates_speaks_of_them() {
    let site = Site::start();
    let mut browser = site.holder();
    let free = browser.open("free");
    assert!(
        free.has("No free certificates yet") && !free.has("No certificates yet"),
        "{}",
        free.body
    );
    assert!(browser.open("").has("No certificates yet"));
    let chinese = browser.open("free?lang=zh");
    assert!(
        chinese.has("还没有免费证书") && chinese.has("免费规格"),
        "{}",
        chinese.body
    );
}
