//! What an order goes through: applied for with a request of the client's own, proved, issued, revoked.

use std::io;

use crate::client::{Client, query};
use crate::ours::PRODUCT;

const CSR: &str = include_str!("../../../src/testing/ca/first.csr");

/// The operations of a cycle, and what each answer must hold. Proof and issuance follow on being seen.
pub const STEPS: [(&str, &str); 5] = [
    ("CreateCertificateWithCsrRequest", "OrderId"),
    ("DescribeCertificateState", "\"domain_verify\""),
    ("DescribeCertificateState", "\"process\""),
    ("DescribeCertificateState", "-----BEGIN CERTIFICATE-----"),
    ("CancelCertificateForPackageRequest", "RequestId"),
];

/// The parameters of an application, encoded once.
pub fn application() -> String {
    query(&[
        ("ProductCode", PRODUCT),
        ("Csr", CSR),
        ("ValidateType", "DNS"),
        ("Username", "Tom"),
        ("Phone", "13900000000"),
        ("Email", "username@example.com"),
    ])
}

/// One step; the order.
pub async fn step(
    client: &mut Client,
    number: usize,
    application: &str,
    order: &str,
) -> io::Result<String> {
    let (operation, holds) = STEPS[number];
    let of_order = if number == 0 {
        application
    } else {
        &format!("OrderId={order}")
    };
    let answer = client.ask(operation, of_order).await?;
    if answer.status != 200 || !answer.body.contains(holds) {
        let why = format!(
            "step {number} was answered by {} {}",
            answer.status, answer.body
        );
        return Err(io::Error::other(why));
    }
    Ok(match answer.field("OrderId").filter(|_| number == 0) {
        Some(order) => order.to_owned(),
        None => order.to_owned(),
    })
}

/// The first so many steps; the order.
pub async fn steps(client: &mut Client, application: &str, most: usize) -> io::Result<String> {
    let mut order = String::new();
    for number in 0..most {
        order = step(client, number, application, &order).await?;
    }
    Ok(order)
}
