//! The flow of S3 and S4, every exit of it, and the seven codes.

use cert_lifecycle::model::{AccountId, Applicant, Application, OrderId};
use cert_lifecycle::pki::{Limits, issued_certificate, matches_key, parse_csr, parse_private_key};
use cert_lifecycle::wire::{Done, Fault, Operation};

use super::world::{
    API_2021, API_2023, API_2025, CONTACT, DAY, DV, OV, World, about, as_text, field, file, names,
    refused, wait,
};

const FAILED: (u16, &str) = (403, "CreateCertificateRequestFailed");
const STATE: (u16, &str) = (403, "OrderStateError");
const NO_ORDER: (u16, &str) = (404, "NotFoundOrder");

#[test]
fn s3_from_the_plan_to_the_certificate_and_its_key() {
    let world = World::new(API_2021);
    world.buy(DV, 2);
    assert_eq!(world.units(DV), (2, 0, 0));
    let order = world.create(DV);
    assert_eq!(
        world.units(DV),
        (2, 1, 0),
        "R-22: a submission counts as used"
    );

    // Before the CA has spoken there is no proof to tell.
    assert_eq!(names(&world.state(order)), ["Type", "ValidateType"]);
    world.work();
    let state = world.state(order);
    let told = [
        "Type",
        "ValidateType",
        "RecordDomain",
        "RecordType",
        "RecordValue",
    ];
    assert_eq!(
        (state.shown, &names(&state)[..]),
        (Some("domain_verify"), &told[..])
    );
    assert_eq!(as_text(field(&state, "ValidateType")), "DNS");

    world.prove(order);
    let state = world.state(order);
    assert_eq!(
        (state.shown, names(&state)),
        (Some("process"), vec!["Type"])
    );

    world.issue(order);
    let state = world.state(order);
    let told = ["Type", "Certificate", "PrivateKey", "CertId"];
    assert_eq!(
        (state.shown, &names(&state)[..]),
        (Some("certificate"), &told[..])
    );
    let pem = as_text(field(&state, "Certificate"));
    let certificate = issued_certificate(pem.as_bytes(), &Limits::default()).unwrap();
    assert!(certificate.names_exactly(&"www.example.com".parse().unwrap()));
    assert!(
        !certificate.facts().chain.is_empty(),
        "the chain comes with it"
    );
    let key = as_text(field(&state, "PrivateKey"));
    let key = parse_private_key(key.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(matches_key(&certificate, &key), Ok(()));
    assert_eq!(as_text(field(&state, "CertId")), order.to_string());
    assert_eq!(world.units(DV), (2, 1, 1));
    assert!(!format!("{state:?}").contains("PRIVATE"), "no key in Debug");
}

#[test]
fn s3_by_file_where_it_is_asked_for() {
    let world = World::new(API_2021);
    world.buy(DV, 1);
    let domain = [
        ("Domain", "www.example.com"),
        ("ProductCode", DV),
        ("ValidateType", "FILE"),
    ];
    let parameters = [&domain[..], &CONTACT].concat();
    let done = world.call(Operation::CreateCertificateRequest, &parameters);
    let order = done.unwrap().order.unwrap();
    world.work();
    let told = ["Type", "ValidateType", "Domain", "Uri", "Content"];
    assert_eq!(names(&world.state(order)), told, "R-25");
    world.issue(order);
}

fn with_csr(world: &World, csr: &str, code: &str) -> Result<Done, Fault> {
    let own = [("Csr", csr), ("ProductCode", code), ("ValidateType", "DNS")];
    let parameters = [&own[..], &CONTACT].concat();
    world.call(Operation::CreateCertificateWithCsrRequest, &parameters)
}

#[test]
fn s4_own_signing_request_gives_its_key_and_no_private_one() {
    let world = World::new(API_2023);
    world.buy(DV, 1);
    let pem = file("p256.csr");
    let csr = parse_csr(pem.as_bytes(), &Limits::default()).unwrap();
    let order = with_csr(&world, &pem, DV).unwrap().order.unwrap();
    world.issue(order);
    let state = world.state(order);
    assert_eq!(names(&state), ["Type", "Certificate", "CertId"]);
    let pem = as_text(field(&state, "Certificate"));
    let certificate = issued_certificate(pem.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(certificate.spki(), csr.spki());
    let bound = csr.common_name().unwrap().domain().unwrap();
    assert!(certificate.names_exactly(bound), "R-18");
}

#[test]
fn r13_both_exits_before_issuance() {
    let world = World::new(API_2021);
    world.buy(DV, 2);
    for order in [world.create(DV), world.validating(DV)] {
        let used = world.units(DV).1;
        assert_eq!(
            refused(world.of(Operation::DeleteCertificateRequest, order)),
            STATE
        );
        world.of(Operation::CancelOrderRequest, order).unwrap();
        assert_eq!(world.shown(order), "payed");
        assert_eq!(world.units(DV).1, used, "withdrawing alone returns nothing");
        assert_eq!(
            refused(world.of(Operation::CancelOrderRequest, order)),
            STATE
        );
        world
            .of(Operation::DeleteCertificateRequest, order)
            .unwrap();
        assert_eq!(world.units(DV).1, used - 1);
        assert_eq!(
            refused(world.of(Operation::DescribeCertificateState, order)),
            NO_ORDER
        );
        assert_eq!(
            refused(world.of(Operation::DeleteCertificateRequest, order)),
            NO_ORDER
        );
    }
}

#[test]
fn r10_after_a_failure_the_order_is_deleted_and_another_one_created() {
    let world = World::new(API_2021);
    world.buy(DV, 1);
    let order = world.failed(DV);
    assert_eq!(names(&world.state(order)), ["Type"]);
    assert_eq!(world.units(DV), (1, 1, 0));
    world
        .of(Operation::DeleteCertificateRequest, order)
        .unwrap();
    assert_eq!(world.units(DV), (1, 0, 0));
    let another = world.create(DV);
    assert_ne!(another, order);
    world.issue(another);
}

#[test]
fn r27_revocation_inside_the_window_returns_the_unit_and_outside_not() {
    for (days, returned) in [(29, true), (31, false)] {
        let world = World::new(API_2021);
        world.buy(DV, 1);
        let order = world.issued(DV);
        world.clock.advance(days * DAY);
        world
            .of(Operation::CancelCertificateForPackageRequest, order)
            .unwrap();
        assert_eq!(
            world.shown(order),
            "unknow",
            "no word for a revocation under way"
        );
        world.work();
        let state = world.state(order);
        assert_eq!((state.shown, names(&state)), (Some("unknow"), vec!["Type"]));
        assert_eq!(world.units(DV).1, i64::from(!returned), "{days} days");
        let again = world.of(Operation::CancelCertificateForPackageRequest, order);
        assert_eq!(refused(again), STATE);
    }
}

#[test]
fn r43_an_expired_certificate_is_still_told_and_not_renewed() {
    let world = World::new(API_2021);
    world.buy(DV, 2);
    let order = world.issued(DV);
    world.clock.advance(400 * DAY);
    assert_eq!(world.shown(order), "certificate");
    let renewed = world.of(Operation::RenewCertificateOrderForPackageRequest, order);
    assert_eq!(refused(renewed), STATE);
    let revoked = world.of(Operation::CancelCertificateForPackageRequest, order);
    assert_eq!(refused(revoked), STATE);
}

#[test]
fn t14_a_pending_order_is_cancelled_where_the_edition_has_it() {
    let world = World::new(API_2025);
    world.buy(DV, 1);
    let order = world.create(DV);
    world.of(Operation::CancelOrderRequest, order).unwrap();
    world
        .of(Operation::CancelCertificateForPackageRequest, order)
        .unwrap();
    assert_eq!(world.units(DV), (1, 0, 0));
    let world = World::new(API_2021);
    world.buy(DV, 1);
    let order = world.create(DV);
    world.of(Operation::CancelOrderRequest, order).unwrap();
    let cancelled = world.of(Operation::CancelCertificateForPackageRequest, order);
    assert_eq!(refused(cancelled), STATE);
}

#[test]
fn r20_who_has_no_plan_or_no_unit_is_told_that_first() {
    let world = World::new(API_2023);
    let none = (404, "NotFoundPackage");
    let weak = file("rsa1024.csr");
    assert_eq!(refused(with_csr(&world, &file("p256.csr"), DV)), none);
    assert_eq!(
        refused(with_csr(&world, "no request", DV)),
        none,
        "before what can't be read"
    );
    assert_eq!(
        refused(with_csr(&world, &file("p256.csr"), "no-such-product")),
        none
    );
    let state = world.call(Operation::DescribePackageState, &[("ProductCode", DV)]);
    assert_eq!(refused(state), none);
    let unnamed = world.call(Operation::DescribePackageState, &[]);
    assert_eq!(refused(unnamed), none, "there is a default");

    world.buy(DV, 1);
    for unacceptable in [
        "no request",
        &weak,
        &file("no-cn.csr"),
        &file("wildcard.csr"),
    ] {
        assert_eq!(refused(with_csr(&world, unacceptable, DV)), FAILED);
    }
    with_csr(&world, &file("p256.csr"), DV).unwrap();
    let left = (404, "NotRemainCount");
    assert_eq!(refused(with_csr(&world, &file("p256.csr"), DV)), left);
    assert_eq!(refused(with_csr(&world, "no request", DV)), left);
    assert_eq!(world.units(DV), (1, 1, 0));
}

#[test]
fn r16_two_operations_refuse_what_is_not_domain_validated() {
    let world = World::new(API_2023);
    world.buy(OV, 1);
    assert_eq!(refused(with_csr(&world, &file("p256.csr"), OV)), FAILED);
    let domain = [
        ("Domain", "www.example.com"),
        ("ProductCode", OV),
        ("ValidateType", "DNS"),
    ];
    let parameters = [&domain[..], &CONTACT].concat();
    assert_eq!(
        refused(world.call(Operation::CreateCertificateRequest, &parameters)),
        FAILED
    );
    world.create(OV);
}

#[test]
fn r17_r19_what_an_application_must_say() {
    let world = World::new(API_2021);
    world.buy(DV, 1);
    let whole = [
        ("Domain", "www.example.com"),
        ("ProductCode", DV),
        ("ValidateType", "DNS"),
        CONTACT[0],
        CONTACT[1],
        CONTACT[2],
    ];
    let operation = Operation::CreateCertificateRequest;
    for name in ["Domain", "ValidateType", "Username", "Phone", "Email"] {
        let rest: Vec<_> = whole
            .iter()
            .copied()
            .filter(|(own, _)| *own != name)
            .collect();
        assert_eq!(
            about(world.call(operation, &rest)),
            format!("MissingParameter {name}")
        );
    }
    let with = |name: &str, value: &'static str| -> Vec<(&str, &str)> {
        let replaced = |(own, old): &(&'static str, &'static str)| {
            (*own, if *own == name { value } else { *old })
        };
        whole.iter().map(replaced).collect()
    };
    assert_eq!(
        refused(world.call(operation, &with("ValidateType", "MAIL"))),
        FAILED
    );
    for domain in ["-", "a.example,b.example", "*.example.com"] {
        assert_eq!(
            refused(world.call(operation, &with("Domain", domain))),
            FAILED,
            "{domain}"
        );
    }
    let mail = world.call(operation, &with("Email", "nowhere"));
    assert_eq!(about(mail), "InvalidParameter Email");
    assert_eq!(world.units(DV), (1, 0, 0), "R-20: nothing was taken");
}

#[test]
fn r18_the_common_name_wins_over_the_domain() {
    let world = World::new(API_2021);
    world.buy(DV, 1);
    let pem = file("p256.csr");
    let own = [
        ("Csr", pem.as_str()),
        ("Domain", "other.example"),
        ("ProductCode", DV),
    ];
    let parameters = [&own[..], &CONTACT].concat();
    let done = world.call(Operation::CreateCertificateForPackageRequest, &parameters);
    let order = done.unwrap().order.unwrap();
    let application = application_of(&world, order);
    let csr = parse_csr(pem.as_bytes(), &Limits::default()).unwrap();
    let bound = csr.common_name().unwrap().domain().unwrap().clone();
    assert_eq!(application.names(), [bound]);
    let neither = [&CONTACT[..], &[("ProductCode", DV)]].concat();
    let neither = world.call(Operation::CreateCertificateForPackageRequest, &neither);
    assert_eq!(about(neither), "MissingParameter Domain");
}

fn application_of(world: &World, order: OrderId) -> Application {
    let described = wait(world.service().describe(world.account, order)).unwrap();
    described.instance.application().unwrap().clone()
}

fn applicant_of(world: &World, order: OrderId) -> Applicant {
    application_of(world, order)
        .submission()
        .applicant()
        .clone()
}

#[test]
fn a_contact_that_is_not_sent_is_that_of_the_newest_application() {
    let world = World::new(API_2021);
    world.buy(OV, 3);
    let domain = [("Domain", "www.example.com"), ("ProductCode", OV)];
    let operation = Operation::CreateCertificateForPackageRequest;
    assert_eq!(
        about(world.call(operation, &domain)),
        "MissingParameter Username"
    );
    let without_company = [&domain[..], &CONTACT].concat();
    assert_eq!(
        refused(world.call(operation, &without_company)),
        FAILED,
        "K-06"
    );
    world.create(OV);
    world.clock.advance(60);
    let other = [&domain[..], &[("Username", "Ann")]].concat();
    let order = world.call(operation, &other).unwrap().order.unwrap();
    let applicant = applicant_of(&world, order);
    assert_eq!(
        (applicant.name(), applicant.phone()),
        ("Ann", "13900000000")
    );
    assert_eq!(applicant.company().unwrap().name(), "Example Ltd");
}

/// Of several in one second, the newest is the one that is listed first.
#[test]
fn a_contact_of_the_same_second_is_that_of_the_newest_order() {
    let world = World::new(API_2021);
    world.buy(DV, 3);
    let domain = [("Domain", "www.example.com"), ("ProductCode", DV)];
    let operation = Operation::CreateCertificateForPackageRequest;
    let mut last = None;
    for name in ["Tom", "Ann"] {
        let contact = [("Username", name), CONTACT[1], CONTACT[2]];
        let done = world.call(operation, &[&domain[..], &contact].concat());
        last = done.unwrap().order;
    }
    let order = world.call(operation, &domain).unwrap().order.unwrap();
    let newest = applicant_of(&world, last.unwrap());
    assert_eq!(applicant_of(&world, order), newest);
}

/// A company is that of an earlier application where the product is for companies.
#[test]
fn a_company_that_is_not_sent_is_left_out_where_none_is_asked_for() {
    let world = World::new(API_2021);
    world.buy(OV, 1);
    world.buy(DV, 1);
    world.create(OV);
    world.clock.advance(60);
    let domain = [("Domain", "www.example.com"), ("ProductCode", DV)];
    let parameters = [&domain[..], &CONTACT].concat();
    let done = world.call(Operation::CreateCertificateForPackageRequest, &parameters);
    let order = done.unwrap().order.unwrap();
    let applicant = applicant_of(&world, order);
    assert!(applicant.company().is_none());
}

/// What was never applied for says nothing of who applies, however much of it there is.
#[test]
fn a_contact_is_found_behind_many_orders_that_wait() {
    let world = World::new(API_2025);
    world.buy(DV, 60);
    let order = world.issued(DV);
    world.near_the_end(order);
    for _ in 0..52 {
        world.clock.advance(1);
        let renewed = world.of(Operation::RenewCertificateOrderForPackageRequest, order);
        renewed.unwrap();
    }
    let domain = [("Domain", "www.example.com"), ("ProductCode", DV)];
    let operation = Operation::CreateCertificateForPackageRequest;
    assert!(world.call(operation, &domain).is_ok());
}

#[test]
fn r21_an_order_of_another_account_is_not_there() {
    let world = World::new(API_2021);
    world.buy(DV, 1);
    let order = world.issued(DV).to_string();
    let stranger = AccountId::new("stranger").unwrap();
    for operation in [
        Operation::DescribeCertificateState,
        Operation::CancelOrderRequest,
        Operation::DeleteCertificateRequest,
        Operation::CancelCertificateForPackageRequest,
        Operation::RenewCertificateOrderForPackageRequest,
        Operation::ListTrusteeOrder,
    ] {
        let asked = world.call_as(stranger, operation, &[("OrderId", &order)]);
        assert_eq!(refused(asked), NO_ORDER, "{operation}");
    }
    for operation in [
        Operation::GetUserCertificateDetail,
        Operation::DeleteUserCertificate,
    ] {
        let asked = world.call_as(stranger, operation, &[("CertId", &order)]);
        assert_eq!(refused(asked), NO_ORDER, "{operation}");
    }
}

#[test]
fn r54_a_renewal_is_pending_and_with_a_signing_request_applied_for() {
    let world = World::new(API_2025);
    world.buy(DV, 4);
    let operation = Operation::RenewCertificateOrderForPackageRequest;
    let order = world.issued(DV);
    assert_eq!(
        refused(world.of(operation, order)),
        STATE,
        "its time has not come"
    );
    world.near_the_end(order);
    let renewed = world.of(operation, order).unwrap().order.unwrap();
    assert_ne!(renewed, order);
    assert_eq!(world.shown(renewed), "payed");
    assert_eq!(
        world.shown(order),
        "certificate",
        "the old one is untouched"
    );

    let (id, pem, used) = (order.to_string(), file("p256.csr"), world.units(DV).1);
    let bad = world.call(operation, &[("OrderId", &id), ("Csr", "no request")]);
    assert_eq!(refused(bad), FAILED);
    let weak = file("rsa1024.csr");
    let weak = world.call(operation, &[("OrderId", &id), ("Csr", &weak)]);
    assert_eq!(refused(weak), FAILED);
    assert_eq!(world.units(DV).1, used, "the unit went back");
    let done = world
        .call(operation, &[("OrderId", &id), ("Csr", &pem)])
        .unwrap();
    assert_eq!(world.shown(done.order.unwrap()), "domain_verify");
    world.issue(done.order.unwrap());
}

/// What the plan has left is asked once the renewal is: a signing request that can't be used is told
/// first.
#[test]
fn r54_a_renewal_without_a_unit_is_refused_after_its_signing_request() {
    let world = World::new(API_2025);
    world.buy(DV, 1);
    let operation = Operation::RenewCertificateOrderForPackageRequest;
    let order = world.issued(DV);
    world.near_the_end(order);
    let (id, pem) = (order.to_string(), file("p256.csr"));
    let bad = world.call(operation, &[("OrderId", &id), ("Csr", "no request")]);
    assert_eq!(refused(bad), FAILED);
    let good = world.call(operation, &[("OrderId", &id), ("Csr", &pem)]);
    assert_eq!(refused(good), (404, "NotRemainCount"));
}

#[test]
fn r54_a_renewal_that_is_submitted_takes_no_signing_request() {
    let world = World::new(API_2021);
    world.buy(DV, 2);
    let order = world.issued(DV).to_string();
    let operation = Operation::RenewCertificateOrderForPackageRequest;
    let pem = file("p256.csr");
    let asked = world.call(operation, &[("OrderId", &order), ("Csr", &pem)]);
    assert_eq!(about(asked), "UnsupportedParameter Csr");
    let done = world.call(operation, &[("OrderId", &order)]).unwrap();
    assert_eq!(world.shown(done.order.unwrap()), "domain_verify");
}
