//! The lists: orders, certificates, chains and counts.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cert_lifecycle::adapter::MemoryKeyVault;
use cert_lifecycle::model::Payment;
use cert_lifecycle::port::Store;
use cert_lifecycle::wire::{Done, Operation, Tree};
use serde_json::Value;

use super::states::Watched;
use super::world::{
    API_2021, DAY, DV, OV, World, about, as_number, as_text, field, file, inside, product, wait,
};

fn rows(done: &Done) -> &[Tree] {
    match field(done, "CertificateOrderList") {
        Some(Tree::List(_, rows)) => rows,
        other => panic!("no list: {other:?}"),
    }
}

fn list(world: &World, parameters: &[(&str, &str)]) -> Done {
    let done = world.call(Operation::ListUserCertificateOrder, parameters);
    done.unwrap()
}

/// The numbers of the rows.
fn ids(done: &Done, name: &str) -> Vec<i64> {
    rows(done)
        .iter()
        .map(|row| as_number(inside(row, name)))
        .collect()
}

fn total(done: &Done) -> i64 {
    as_number(field(done, "TotalCount"))
}

fn upload(world: &World, name: &str) -> i64 {
    let (certificate, key) = (
        file("leaf-p256.pem"),
        file("public-test-key-p256-pkcs8.pem"),
    );
    let parameters = [("Name", name), ("Cert", &*certificate), ("Key", &*key)];
    let done = world
        .call(Operation::UploadUserCertificate, &parameters)
        .unwrap();
    as_number(field(&done, "CertId"))
}

#[test]
fn c11_orders_have_milliseconds_and_certificates_days() {
    let world = World::new(API_2021);
    world.buy(DV, 2);
    let issued = world.issued(DV);
    let id = i64::try_from(issued.get()).unwrap();
    let waiting = world.create(DV);
    let uploaded = upload(&world, "web");

    let orders = list(&world, &[]);
    let newest_first = [i64::try_from(waiting.get()).unwrap(), id];
    assert_eq!(
        (total(&orders), ids(&orders, "OrderId")),
        (2, newest_first.to_vec())
    );
    let (open, done) = (&rows(&orders)[0], &rows(&orders)[1]);
    assert_eq!(as_text(inside(open, "Status")), "CHECKING");
    assert_eq!(as_number(inside(open, "BuyDate")), 1_614_560_400_000);
    assert!(inside(open, "CertEndTime").is_none());
    assert_eq!(as_text(inside(done, "Status")), "ISSUED");
    assert_eq!(as_text(inside(done, "TrusteeStatus")), "unTrustee");
    assert_eq!(as_text(inside(done, "SourceType")), "cpack");
    assert_eq!(as_text(inside(done, "CertType")), "DV");
    assert_eq!(as_text(inside(done, "DomainType")), "ONE");
    assert_eq!(as_text(inside(done, "Domain")), "www.example.com");
    assert_eq!(as_text(inside(done, "Algorithm")), "ECC");
    assert!(as_number(inside(done, "CertEndTime")) > 1_614_560_400_000);
    assert!(inside(done, "EndDate").is_none());

    let certificates = list(&world, &[("OrderType", "CERT")]);
    assert_eq!(ids(&certificates, "CertificateId"), [uploaded, id]);
    let (own, elsewhere) = (&rows(&certificates)[1], &rows(&certificates)[0]);
    assert_eq!(as_text(inside(elsewhere, "EndDate")), "2050-01-01");
    assert_eq!(inside(elsewhere, "Upload"), Some(&Tree::Flag(true)));
    assert_eq!(as_text(inside(elsewhere, "Name")), "web");
    assert_eq!(inside(own, "Upload"), Some(&Tree::Flag(false)));
    assert_eq!(inside(own, "Expired"), Some(&Tree::Flag(false)));
    assert!(inside(own, "CertEndTime").is_none());
    let uploads = list(&world, &[("OrderType", "UPLOAD")]);
    assert_eq!(ids(&uploads, "CertificateId"), [uploaded]);
    assert_eq!(total(&list(&world, &[("OrderType", "BUY")])), 0);
}

#[test]
fn pages_are_counted_from_one_and_the_newest_comes_first() {
    let world = World::new(API_2021);
    world.buy(DV, 7);
    let mut all: Vec<i64> = (0..7)
        .map(|_| i64::try_from(world.create(DV).get()).unwrap())
        .collect();
    all.reverse();
    let mut seen = Vec::new();
    for page in ["1", "2", "3", "4"] {
        let done = list(&world, &[("CurrentPage", page), ("ShowSize", "3")]);
        assert_eq!((total(&done), as_number(field(&done, "ShowSize"))), (7, 3));
        assert_eq!(as_number(field(&done, "CurrentPage")).to_string(), page);
        seen.extend(ids(&done, "OrderId"));
    }
    assert_eq!(seen, all);
    assert_eq!(as_number(field(&list(&world, &[]), "ShowSize")), 50);
    for (name, value) in [
        ("CurrentPage", "0"),
        ("CurrentPage", "1.0"),
        ("ShowSize", "0"),
        ("ShowSize", "501"),
        ("ShowSize", "-1"),
        ("OrderType", "ALL"),
        ("Status", "GONE"),
    ] {
        let asked = world.call(Operation::ListUserCertificateOrder, &[(name, value)]);
        assert_eq!(about(asked), format!("InvalidParameter {name}"), "{value}");
    }
    let certificate = [("OrderType", "CERT"), ("Status", "CHECKING")];
    let asked = world.call(Operation::ListUserCertificateOrder, &certificate);
    assert_eq!(about(asked), "InvalidParameter Status");
}

#[test]
fn r59_orders_are_found_by_status_and_keyword() {
    let world = World::new(API_2021);
    world.buy(DV, 5);
    let withdrawn = world.create(DV);
    world.of(Operation::CancelOrderRequest, withdrawn).unwrap();
    let failed = world.failed(DV);
    let checking = world.validating(DV);
    let issued = world.issued(DV);
    let revoked = world.issued(DV);
    world
        .of(Operation::CancelCertificateForPackageRequest, revoked)
        .unwrap();
    world.work();
    world.shown(revoked);
    for (status, order) in [
        ("PAYED", withdrawn),
        ("CHECKED_FAIL", failed),
        ("CHECKING", checking),
        ("ISSUED", issued),
        ("REVOKED", revoked),
    ] {
        let done = list(&world, &[("Status", status)]);
        assert_eq!(
            ids(&done, "OrderId"),
            [i64::try_from(order.get()).unwrap()],
            "{status}"
        );
        assert_eq!(as_text(inside(&rows(&done)[0], "Status")), status);
    }
    assert_eq!(total(&list(&world, &[("Status", "WILLEXPIRED")])), 0);
    assert_eq!(total(&list(&world, &[("Status", "NOTACTIVATED")])), 0);
    assert_eq!(total(&list(&world, &[("Keyword", "WWW.exam")])), 5);
    assert_eq!(total(&list(&world, &[("Keyword", "example.org")])), 0);
    let row = rows(&list(&world, &[("Status", "ISSUED")]))[0].clone();
    let instance = as_text(inside(&row, "InstanceId"));
    assert_eq!(total(&list(&world, &[("Keyword", instance)])), 1);

    world.clock.advance(345 * DAY);
    let done = list(&world, &[("Status", "WILLEXPIRED")]);
    assert_eq!(total(&done), 1, "R-42");
    world.clock.advance(30 * DAY);
    assert_eq!(total(&list(&world, &[("Status", "EXPIRED")])), 1);
    assert_eq!(
        total(&list(&world, &[("OrderType", "CERT")])),
        0,
        "only valid ones"
    );
    let over = list(&world, &[("OrderType", "CERT"), ("Status", "EXPIRED")]);
    assert_eq!(inside(&rows(&over)[0], "Expired"), Some(&Tree::Flag(true)));
}

fn json(done: &Done, name: &str) -> Value {
    serde_json::from_str(as_text(field(done, name))).unwrap()
}

#[test]
fn r22_all_plans_are_counted() {
    let world = World::new(API_2021);
    let none = world
        .call(Operation::GetCertificatePackageCount, &[])
        .unwrap();
    assert_eq!(json(&none, "ProductCountList"), Value::Array(vec![]));
    assert_eq!(json(&none, "TotalCountDetail")["TotalCount"], 0);
    world.buy(DV, 2);
    world.buy(DV, 3);
    world.buy(OV, 1);
    world.create(DV);
    assert_eq!(world.units(DV), (5, 1, 0), "both plans together");
    let done = world
        .call(Operation::GetCertificatePackageCount, &[])
        .unwrap();
    let total = json(&done, "TotalCountDetail");
    assert_eq!(total["TotalCount"], 6);
    assert_eq!(total["UsedCount"], 1);
    assert_eq!(total["RemainCount"], 5);
    let products = json(&done, "ProductCountList");
    let products = products.as_array().unwrap();
    assert_eq!(products.len(), 2);
    let dv = products
        .iter()
        .find(|one| one["ProductCode"] == DV)
        .unwrap();
    assert_eq!(
        (&dv["TotalCount"], &dv["CertType"]),
        (&Value::from(5), &Value::from("DV"))
    );
}

#[test]
fn r47_a_hosting_chain_is_listed_in_its_order() {
    let world = World::new("2022-hosting");
    let years = NonZeroU32::new(3).unwrap();
    let bought = (world.service()).buy(world.account, product(DV), years, Payment::NONE);
    let bought = wait(bought).unwrap();
    let id = |place: usize| bought.orders[place].to_string();
    let done = world
        .call(Operation::ListTrusteeOrder, &[("OrderId", &id(1))])
        .unwrap();
    assert_eq!(as_number(field(&done, "TotalCount")), 3);
    let members = json(&done, "TrusteeOrderList");
    let seen: Vec<(String, &str)> = (members.as_array().unwrap().iter())
        .map(|one| (one["OrderId"].to_string(), one["Status"].as_str().unwrap()))
        .collect();
    let wanted = [
        (id(0), "PAYED"),
        (id(1), "NOTACTIVATED"),
        (id(2), "NOTACTIVATED"),
    ];
    assert_eq!(seen, wanted);
    let first = [("OrderId", &*id(0)), ("MaxResults", "2")];
    let page = world.call(Operation::ListTrusteeOrder, &first).unwrap();
    assert_eq!(as_text(field(&page, "NextToken")), "2");
    let rest = [
        ("CertificateId", &*id(0)),
        ("MaxResults", "2"),
        ("NextToken", "2"),
    ];
    let page = world.call(Operation::ListTrusteeOrder, &rest).unwrap();
    assert!(field(&page, "NextToken").is_none());
    assert_eq!(json(&page, "TrusteeOrderList").as_array().unwrap().len(), 1);
    let counts = world
        .call(Operation::GetCertificatePackageCount, &[])
        .unwrap();
    let hosting = json(&counts, "TrusteeCountDetail");
    assert_eq!(
        (&hosting["TotalCount"], &hosting["RemainCount"]),
        (&2.into(), &2.into())
    );
    let orders = list(&world, &[("OrderType", "BUY")]);
    assert_eq!(total(&orders), 3);
    assert_eq!(as_text(inside(&rows(&orders)[0], "SourceType")), "buy");
    assert_eq!(
        about(world.call(Operation::ListTrusteeOrder, &[])),
        "MissingParameter OrderId"
    );
    let both = [("OrderId", &*id(0)), ("CertificateId", &*id(1))];
    let both = world.call(Operation::ListTrusteeOrder, &both);
    assert_eq!(about(both), "InvalidParameter CertificateId");
}

#[test]
fn an_order_without_a_chain_has_no_members() {
    let world = World::new(API_2021);
    world.buy(DV, 1);
    let order = world.create(DV);
    let done = world.of(Operation::ListTrusteeOrder, order).unwrap();
    assert_eq!(as_number(field(&done, "TotalCount")), 0);
    assert_eq!(as_text(field(&done, "TrusteeOrderList")), "[]");
}

#[test]
fn of_many_orders_only_those_of_the_page_are_loaded() {
    let loads = Arc::new(AtomicUsize::new(0));
    let around = |inner| -> Arc<dyn Store> {
        Arc::new(Watched {
            inner,
            shut: Arc::default(),
            loads: Arc::clone(&loads),
        })
    };
    let world = World::with("2022-hosting", around, Arc::new(MemoryKeyVault::new()));
    world.buy(DV, 300);
    let mut all: Vec<i64> = (0..300)
        .map(|_| i64::try_from(world.create(DV).get()).unwrap())
        .collect();
    all.reverse();
    for order in [7, 250] {
        let order = all[order].to_string();
        let cancel = [("OrderId", &*order)];
        let withdrawn = world.call(Operation::CancelOrderRequest, &cancel);
        withdrawn.unwrap();
    }
    let counted = |operation, parameters: &[(&str, &str)], most: usize| {
        let before = loads.load(Ordering::SeqCst);
        let done = world.call(operation, parameters).unwrap();
        let now = loads.load(Ordering::SeqCst) - before;
        assert!(now <= most, "{parameters:?}: {now} of at most {most}");
        done
    };
    let orders = Operation::ListUserCertificateOrder;
    let third = counted(orders, &[("CurrentPage", "3")], 50);
    assert_eq!(
        (total(&third), ids(&third, "OrderId")),
        (300, all[100..150].to_vec())
    );
    let named = [
        ("Keyword", "WWW"),
        ("CurrentPage", "15"),
        ("ShowSize", "20"),
    ];
    let last = counted(orders, &named, 20);
    assert_eq!(ids(&last, "OrderId"), all[280..]);
    let withdrawn = counted(orders, &[("Status", "PAYED")], 2);
    assert_eq!(ids(&withdrawn, "OrderId"), [all[7], all[250]]);
    let behind = counted(orders, &[("CurrentPage", "9")], 0);
    assert_eq!((total(&behind), rows(&behind).len()), (300, 0));
    assert_eq!(total(&counted(orders, &[("OrderType", "BUY")], 0)), 0);
    assert_eq!(total(&counted(orders, &[("OrderType", "CERT")], 0)), 0);
    counted(Operation::GetCertificatePackageCount, &[], 0);

    // What is bought by itself may be paid back or hosted: then each row tells, and the answer is the same.
    let years = NonZeroU32::new(3).unwrap();
    let wild = product("geotrust-dv-w-starter");
    let bought = (world.service()).buy(world.account, wild, years, Payment::NONE);
    let bought = wait(bought).unwrap();
    let again = list(&world, &[("CurrentPage", "3")]);
    assert_eq!((total(&again), rows(&again)), (300, rows(&third)));
    let counts = counted(Operation::GetCertificatePackageCount, &[], 1);
    assert_eq!(json(&counts, "TrusteeCountDetail")["TotalCount"], 2);
    let first = bought.orders[0].to_string();
    let members = counted(Operation::ListTrusteeOrder, &[("OrderId", &first)], 4);
    assert_eq!(as_number(field(&members, "TotalCount")), 3);
}
