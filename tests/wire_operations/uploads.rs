//! Uploaded certificates, and the detail of certificates.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cert_lifecycle::adapter::MemoryKeyVault;
use cert_lifecycle::lifecycle::Command;
use cert_lifecycle::model::{DomainName, KeyKind, Note, OrderId, Target};
use cert_lifecycle::pki::{Limits, issued_certificate, matches_key, parse_private_key};
use cert_lifecycle::port::{BoxFuture, ExportedKey, KeyFacts, KeyVault, KeyVaultError};
use cert_lifecycle::wire::{Done, Fault, Operation, Tree};

use super::world::{
    API_2021, API_2025, DV, World, about, as_number, as_text, field, file, inside, refused, wait,
};

fn sent<'a>(name: &'a str, certificate: &'a str, key: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("Name", name), ("Cert", certificate), ("Key", key)]
}

fn upload(world: &World, name: &str) -> Result<Done, Fault> {
    let (certificate, key) = (
        file("leaf-p256.pem"),
        file("public-test-key-p256-pkcs8.pem"),
    );
    world.call(
        Operation::UploadUserCertificate,
        &sent(name, &certificate, &key),
    )
}

fn detail(world: &World, id: &str, filter: &str) -> Result<Done, Fault> {
    let parameters = [("CertId", id), ("CertFilter", filter)];
    world.call(Operation::GetUserCertificateDetail, &parameters)
}

#[test]
fn r51_an_uploaded_certificate_is_managed_with_its_key() {
    let world = World::new(API_2021);
    let done = upload(&world, "web-1").unwrap();
    let id = as_number(field(&done, "CertId")).to_string();
    assert!(!as_text(field(&done, "ResourceId")).is_empty());

    let told = detail(&world, &id, "False").unwrap();
    let text = |name| as_text(field(&told, name));
    let pem = text("Cert");
    let certificate = issued_certificate(pem.as_bytes(), &Limits::default()).unwrap();
    let key = parse_private_key(text("Key").as_bytes(), &Limits::default()).unwrap();
    assert_eq!(matches_key(&certificate, &key), Ok(()));
    assert_eq!(text("Name"), "web-1");
    assert_eq!(text("Common"), "www.example.com");
    assert_eq!(text("Sans"), "www.example.com,example.com");
    assert_eq!(
        (text("StartDate"), text("EndDate")),
        ("2026-05-25", "2050-01-01")
    );
    assert_eq!(as_number(field(&told, "NotBefore")), 1_779_667_200_000);
    assert_eq!(text("Fingerprint").len(), 40);
    assert_eq!(text("Sha2").len(), 64);
    assert_eq!(text("CertIdentifier"), format!("{id}-cn-hangzhou"));
    assert_eq!(field(&told, "BuyInAliyun"), Some(&Tree::Flag(false)));
    assert_eq!(field(&told, "Expired"), Some(&Tree::Flag(false)));
    assert_eq!(field(&told, "OrderId"), None, "nobody ordered it");
    let Some(Tree::List(_, chain)) = field(&told, "CertChain") else {
        panic!("no chain");
    };
    assert_eq!(as_text(inside(&chain[0], "CommonName")), "www.example.com");
    let filtered = detail(&world, &id, "true").unwrap();
    assert!(field(&filtered, "Cert").is_none() && field(&filtered, "Key").is_none());

    // It has no order that the interface tells of, and is not revoked here.
    let state = world.call(Operation::DescribeCertificateState, &[("OrderId", &id)]);
    assert_eq!(refused(state), (404, "NotFoundOrder"));
    let revoked = world.call(
        Operation::CancelCertificateForPackageRequest,
        &[("OrderId", &id)],
    );
    assert_eq!(refused(revoked), (403, "OrderStateError"));

    world
        .call(Operation::DeleteUserCertificate, &[("CertId", &id)])
        .unwrap();
    assert_eq!(refused(detail(&world, &id, "")), (404, "NotFoundOrder"));
    world.work();
    let order: OrderId = id.parse().unwrap();
    let gone = wait(world.service().ports().vault.export(order)).err();
    assert_eq!(
        gone,
        Some(KeyVaultError::NotFound(order)),
        "its key went with it"
    );
}

/// An embedder may keep the key of what it uploads: it is told without one.
#[test]
fn r51_a_certificate_whose_key_is_elsewhere_is_told_without_it() {
    let world = World::new(API_2021);
    let pem = file("leaf-p256.pem");
    let certificate = issued_certificate(pem.as_bytes(), &Limits::default()).unwrap();
    let key = certificate.spki();
    let uploaded = world.service().upload(
        world.account,
        super::world::product(DV),
        Note::new("web-1").unwrap(),
        Arc::new(certificate),
        key,
    );
    let (order, _) = wait(uploaded).unwrap();
    let told = detail(&world, &order.to_string(), "False").unwrap();
    assert!(field(&told, "Cert").is_some() && field(&told, "Key").is_none());
}

#[test]
fn r51_what_can_t_be_uploaded() {
    let world = World::new(API_2021);
    let (certificate, key) = (
        file("leaf-p256.pem"),
        file("public-test-key-p256-pkcs8.pem"),
    );
    let operation = Operation::UploadUserCertificate;
    let call = |name: &str, certificate: &str, key: &str| {
        about(world.call(operation, &sent(name, certificate, key)))
    };
    for strange in ["no certificate", &key, &file("leaf-broken-signature.pem")] {
        let chain = format!("{strange}\n{}", file("intermediate.pem"));
        assert_eq!(call("a", &chain, &key), "InvalidParameter Cert");
    }
    let why = world.call(operation, &sent("a", "no certificate", &key));
    let why = why.unwrap_err().message().to_owned();
    assert!(why.contains("it can't be read as one certificate"), "{why}");
    let others = [
        "no key".to_owned(),
        certificate.clone(),
        file("public-test-key-rsa2048-pkcs8.pem"),
        file("public-test-key-p256-encrypted.pem"),
    ];
    for strange in &others {
        assert_eq!(call("a", &certificate, strange), "InvalidParameter Key");
    }
    for name in ["a b", &"n".repeat(64), "\u{7}"] {
        assert_eq!(call(name, &certificate, &key), "InvalidParameter Name");
    }
    assert_eq!(call("", &certificate, &key), "MissingParameter Name");
    assert_eq!(call("a", "", &key), "MissingParameter Cert");
    assert_eq!(call("a", &certificate, ""), "MissingParameter Key");
    upload(&world, "taken").unwrap();
    assert_eq!(call("taken", &certificate, &key), "InvalidParameter Name");
    let all = world.call(
        Operation::ListUserCertificateOrder,
        &[("OrderType", "UPLOAD")],
    );
    assert_eq!(as_number(field(&all.unwrap(), "TotalCount")), 1);
}

#[test]
fn a_pair_by_the_chinese_algorithms_is_refused_by_name_or_ignored_as_documented() {
    let world = World::new(API_2021);
    let operation = Operation::UploadUserCertificate;
    let alone = [("Name", "a"), ("SignCert", "x"), ("SignPrivateKey", "y")];
    assert_eq!(
        about(world.call(operation, &alone)),
        "UnsupportedParameter SignCert"
    );
    let (certificate, key) = (
        file("leaf-p256.pem"),
        file("public-test-key-p256-pkcs8.pem"),
    );
    let beside = [&sent("a", &certificate, &key)[..], &[("SignCert", "x")]].concat();
    world.call(operation, &beside).unwrap();
}

#[test]
fn l11_under_a_client_token_an_upload_counts_once() {
    let world = World::new(API_2021);
    let (certificate, key) = (
        file("leaf-p256.pem"),
        file("public-test-key-p256-pkcs8.pem"),
    );
    let operation = Operation::UploadUserCertificate;
    let token = [("ClientToken", "7f2c")];
    let once = [&sent("a", &certificate, &key)[..], &token].concat();
    let first = world.call(operation, &once).unwrap().order;
    assert_eq!(world.call(operation, &once).unwrap().order, first);
    let other = [&sent("b", &certificate, &key)[..], &token].concat();
    assert_eq!(
        about(world.call(operation, &other)),
        "InvalidParameter ClientToken"
    );
    let blank = [
        &sent("b", &certificate, &key)[..],
        &[("ClientToken", "a b")],
    ]
    .concat();
    assert_eq!(
        about(world.call(operation, &blank)),
        "InvalidParameter ClientToken"
    );
    let id = first.unwrap().to_string();
    for _ in 0..2 {
        let parameters = [("CertId", id.as_str()), ("ClientToken", "again")];
        world
            .call(Operation::DeleteUserCertificate, &parameters)
            .unwrap();
    }
    // What was deleted does not come back under its old token.
    assert_eq!(
        about(world.call(operation, &once)),
        "InvalidParameter ClientToken"
    );
}

/// A vault whose first keys from elsewhere don't arrive.
struct Deaf {
    inner: MemoryKeyVault,
    takes: bool,
    fails: AtomicUsize,
}

impl Deaf {
    fn new(takes: bool, fails: usize) -> Arc<Self> {
        Arc::new(Self {
            inner: MemoryKeyVault::new(),
            takes,
            fails: AtomicUsize::new(fails),
        })
    }
}

impl KeyVault for Deaf {
    fn make(
        &self,
        order: OrderId,
        kind: KeyKind,
    ) -> BoxFuture<'_, Result<KeyFacts, KeyVaultError>> {
        self.inner.make(order, kind)
    }

    fn csr<'a>(
        &'a self,
        order: OrderId,
        names: &'a [DomainName],
    ) -> BoxFuture<'a, Result<Arc<[u8]>, KeyVaultError>> {
        self.inner.csr(order, names)
    }

    fn export(&self, order: OrderId) -> BoxFuture<'_, Result<ExportedKey, KeyVaultError>> {
        self.inner.export(order)
    }

    fn takes(&self, _: KeyKind) -> bool {
        self.takes
    }

    fn put<'a>(
        &'a self,
        order: OrderId,
        der: &'a [u8],
    ) -> BoxFuture<'a, Result<KeyFacts, KeyVaultError>> {
        let less = |left: usize| left.checked_sub(1);
        let fails = self
            .fails
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
        if fails.is_ok() {
            return Box::pin(async { Err(KeyVaultError::unavailable("the line is cut")) });
        }
        self.inner.put(order, der)
    }

    fn destroy(&self, order: OrderId) -> BoxFuture<'_, Result<(), KeyVaultError>> {
        self.inner.destroy(order)
    }
}

#[test]
fn an_upload_whose_key_is_not_kept_does_not_stand() {
    for takes in [false, true] {
        let world = World::with(API_2021, |store| store, Deaf::new(takes, 1));
        let answer = upload(&world, "a").expect_err("no key is kept");
        let code = if takes { "Error" } else { "InvalidParameter" };
        assert_eq!(answer.code(), code);
        let all = world.call(
            Operation::ListUserCertificateOrder,
            &[("OrderType", "UPLOAD")],
        );
        assert_eq!(
            as_number(field(&all.unwrap(), "TotalCount")),
            0,
            "takes: {takes}"
        );
    }
}

#[test]
fn l11_the_same_upload_again_puts_the_key_in_that_was_not_kept() {
    let world = World::with(API_2021, |store| store, Deaf::new(true, 1));
    let (certificate, key) = (
        file("leaf-p256.pem"),
        file("public-test-key-p256-pkcs8.pem"),
    );
    let once = [
        &sent("a", &certificate, &key)[..],
        &[("ClientToken", "7f2c")],
    ]
    .concat();
    let operation = Operation::UploadUserCertificate;
    assert_eq!(refused(world.call(operation, &once)), (500, "Error"));
    let all = world.call(
        Operation::ListUserCertificateOrder,
        &[("OrderType", "UPLOAD")],
    );
    assert_eq!(
        as_number(field(&all.unwrap(), "TotalCount")),
        1,
        "it waits for its key"
    );
    let id = world
        .call(operation, &once)
        .unwrap()
        .order
        .unwrap()
        .to_string();
    let told = detail(&world, &id, "").unwrap();
    assert!(as_text(field(&told, "Key")).starts_with("-----BEGIN PRIVATE KEY-----"));
}

#[test]
fn r21_a_deletion_that_something_hangs_on_fails() {
    let world = World::new(API_2025);
    let id = upload(&world, "a").unwrap().order.unwrap();
    let deploy = Command::Deploy {
        target: Target::new("CDN").unwrap(),
        domain: None,
    };
    wait(world.service().execute(world.account, id, &deploy)).unwrap();
    let id = id.to_string();
    let deleted = world.call(Operation::DeleteUserCertificate, &[("CertId", &id)]);
    assert_eq!(refused(deleted), (403, "DeleteFail"));
    detail(&world, &id, "").unwrap();
}

#[test]
fn r36_a_certificate_under_revocation_is_not_told() {
    let world = World::new(API_2021);
    world.buy(DV, 1);
    let order = world.issued(DV);
    let id = order.to_string();
    let told = detail(&world, &id, "").unwrap();
    let pem = as_text(field(&told, "Cert"));
    let certificate = issued_certificate(pem.as_bytes(), &Limits::default()).unwrap();
    let key = parse_private_key(as_text(field(&told, "Key")).as_bytes(), &Limits::default());
    assert_eq!(matches_key(&certificate, &key.unwrap()), Ok(()));
    assert_eq!(field(&told, "BuyInAliyun"), Some(&Tree::Flag(true)));
    assert_eq!(as_number(field(&told, "OrderId")).to_string(), id);
    world
        .of(Operation::CancelCertificateForPackageRequest, order)
        .unwrap();
    for filter in ["true", "false"] {
        assert_eq!(
            refused(detail(&world, &id, filter)),
            (403, "OrderStateError")
        );
    }
    world.work();
    assert_eq!(world.shown(order), "unknow");
    let deleted = world.call(Operation::DeleteUserCertificate, &[("CertId", &id)]);
    deleted.unwrap();
}

#[test]
fn an_order_without_a_certificate_has_no_detail() {
    let world = World::new(API_2021);
    world.buy(DV, 1);
    let id = world.create(DV).to_string();
    assert_eq!(refused(detail(&world, &id, "")), (404, "NotFoundOrder"));
    let deleted = world.call(Operation::DeleteUserCertificate, &[("CertId", &id)]);
    assert_eq!(refused(deleted), (403, "OrderStateError"));
}
