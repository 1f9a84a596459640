//! One certificate: what it says, and its deletion.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::orders::{not_found, text};
use super::row::{attribute, facts, milliseconds, number};
use super::sight::Sight;
use super::{Desk, Done};
use crate::lifecycle::Command;
use crate::model::{AccountId, IssuedCertificate, KeySource, OrderId, Phase, Site};
use crate::pki::{Limits, chain_pem, parse_certificates};
use crate::port::{ExportedKey, IdempotencyKey, KeyVaultError};
use crate::service::{Caller, ServiceError};
use crate::wire::{Fault, Parameters, Secret, Tree};

impl Desk {
    /// `GetUserCertificateDetail`. A certificate of the service is told as long as it may be collected: no
    /// more from the request of its revocation on, and its text and key only where the rules let
    /// them be downloaded. What was uploaded is told to who uploaded it.
    pub(super) async fn detail(
        &self,
        account: AccountId,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        let id = parameters.id("CertId")?;
        let filtered = parameters.flag("CertFilter")?;
        let sight = self.found(account, id).await?;
        let Some(certificate) = sight.instance.certificate() else {
            return Err(not_found());
        };
        let uploaded = matches!(sight.instance.phase(), Phase::Uploaded(_));
        let untouched = matches!(
            sight.instance.phase(), Phase::Live(live) if live.revocation().is_none()
        );
        let told = uploaded || (filtered && untouched);
        if !told {
            let collected = self.service.execute(account, id, &Command::Collect).await;
            collected.map_err(|error| Fault::of(&error))?;
        }
        let order = sight.instance.order();
        let site = match sight.conduct.point().site {
            Site::Cn => "cn-hangzhou",
            Site::Intl => "ap-southeast-1",
        };
        let validity = certificate.validity();
        let mut fields = Vec::from([
            ("Id", number(order)),
            ("CertIdentifier", Tree::Text(format!("{order}-{site}"))),
            ("BuyInAliyun", Tree::Flag(!uploaded)),
            ("NotBefore", milliseconds(validity.not_before())),
            ("NotAfter", milliseconds(validity.not_after())),
            (
                "CertSha2",
                Tree::Text(certificate.fingerprint().to_string().to_uppercase()),
            ),
            ("CertChain", links(&sight, certificate)),
        ]);
        if !uploaded {
            fields.push(("OrderId", number(order)));
        }
        fields.extend(facts(&sight, certificate, "Common"));
        if !filtered {
            fields.push(("Cert", Tree::Text(chain_pem(certificate))));
            let key = self.key_of(order, &sight).await?;
            fields.extend(key.map(|key| {
                let pem = Secret::new(key.expose().to_owned());
                ("Key", Tree::Secret(pem))
            }));
        }
        Ok(Done {
            order: Some(order),
            ..Done::with(fields)
        })
    }

    /// The key of a certificate, if it was made here or came with it and is kept.
    async fn key_of(&self, order: OrderId, sight: &Sight) -> Result<Option<ExportedKey>, Fault> {
        let application = sight.instance.application();
        if application.is_some_and(|own| matches!(own.submission().key(), KeySource::Own(_))) {
            return Ok(None);
        }
        match self.service.ports().vault.export(order).await {
            Ok(key) => Ok(Some(key)),
            // The embedder uploaded the certificate alone.
            Err(KeyVaultError::NotFound(_)) if application.is_none() => Ok(None),
            Err(error) => Err(Fault::of(&error.into())),
        }
    }

    /// `DeleteUserCertificate`.
    pub(super) async fn delete_certificate(
        &self,
        account: AccountId,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        let id = parameters.id("CertId")?;
        let caller = caller(account, parameters)?;
        self.deletion(caller, id, &Command::DeleteCertificate).await
    }
}

/// Who calls, once under its `ClientToken`.
pub(super) fn caller(account: AccountId, parameters: &Parameters) -> Result<Caller, Fault> {
    let Some(token) = parameters.text("ClientToken") else {
        return Ok(account.into());
    };
    let key = IdempotencyKey::new(token);
    let key = key.map_err(|error| Fault::invalid("ClientToken", &error.to_string()))?;
    Ok(Caller::once(account, key))
}

/// A failure of a call with a `ClientToken`.
pub(super) fn with_token(error: &ServiceError) -> Fault {
    if matches!(error, ServiceError::KeyReused(_)) {
        return Fault::invalid("ClientToken", "it was used before for another request");
    }
    Fault::of(error)
}

/// The certificate and its issuers, from the leaf towards the root.
fn links(sight: &Sight, certificate: &IssuedCertificate) -> Tree {
    let ders = core::iter::once(&certificate.facts().der).chain(&certificate.facts().chain);
    let links = ders.filter_map(|der| {
        let parsed = parse_certificates(der, &Limits::default()).ok()?;
        let own = parsed.first()?;
        let validity = own.validity();
        let left = sight.day(validity.not_after()).days_since_epoch();
        let left = left.saturating_sub(sight.day(sight.now).days_since_epoch());
        let named = |name: &str| text(attribute(name, "CN").as_deref().unwrap_or(name));
        Some(Tree::Fields(Vec::from([
            ("CommonName", named(own.subject())),
            ("IssuerCommonName", named(own.issuer())),
            ("NotBefore", milliseconds(validity.not_before())),
            ("NotAfter", milliseconds(validity.not_after())),
            ("RemainDay", Tree::Number(left.max(0))),
        ])))
    });
    Tree::List("CertChain", links.collect())
}
