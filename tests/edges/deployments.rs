//! How many deployments there may be.

use std::sync::Arc;

use cert_lifecycle::lifecycle::{Command, CommandKind, WayOut, Why, decide};
use cert_lifecycle::model::{
    CertificateInstance, DomainName, NameKind, OrderId, Product, Submission, ValidationClass,
};

use crate::stage::{Life, at, book, console_of_2021, product};

const NOW: &str = "2021-05-10T12:00:00+08:00";

/// What is there already is deployed again where nothing further is.
#[test]
fn r52_a_full_list_takes_what_is_in_it_again() {
    let book = book(console_of_2021);
    let edition = book.edition("2021-02-api").unwrap();
    let wildcard = Product {
        names: NameKind::Wildcard,
        ..product(ValidationClass::Dv)
    };
    let mut life = Life::new(&edition, book.ceilings(), wildcard);
    life.buy(1, at(NOW));
    let Command::Apply { submission, .. } = life.typical(CommandKind::Apply) else {
        panic!("another command");
    };
    let submission = Submission::for_package(
        vec![DomainName::new("*.example.com").unwrap()],
        submission.applicant().clone(),
        submission.method(),
        submission.key().clone(),
    );
    let order = OrderId::new(11).unwrap();
    let submission = Arc::new(submission.unwrap());
    life.tell(&Command::Apply { order, submission }, at(NOW));
    life.issue(at(NOW));
    let Command::Deploy { target, .. } = life.typical(CommandKind::Deploy) else {
        panic!("another command");
    };
    let to = |host: usize| Command::Deploy {
        target,
        domain: Some(DomainName::new(&format!("host{host}.example.com")).unwrap()),
    };
    for host in 0..CertificateInstance::DEPLOYMENT_LIMIT {
        life.tell(&to(host), at(NOW));
    }
    let case = life.world.case();
    assert_eq!(decide(&case, &to(0), at(NOW), &life.law).unwrap().len(), 0);
    let further = to(CertificateInstance::DEPLOYMENT_LIMIT);
    let refusal = decide(&case, &further, at(NOW), &life.law).unwrap_err();
    assert_eq!(
        (refusal.why(), refusal.way_out()),
        (Why::TooManyDeployments, WayOut::UndeployFirst)
    );
}
