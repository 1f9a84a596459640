//! One order: how it stands, and the ways out of it.

use alloc::borrow::ToOwned;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::certificate::with_token;
use super::{Desk, Done};
use crate::lifecycle::{Availability, Command};
use crate::model::{
    AccountId, Challenge, KeySource, OrderId, Phase, RevocationReason, ValidationMethod,
};
use crate::pki::chain_pem;
use crate::service::{Caller, ServiceError};
use crate::view::order::{OrderAnswer, OrderField};
use crate::view::wire::WireField;
use crate::wire::{Fault, Parameters, Secret, Tree};

/// A text of an answer.
pub(super) fn text(value: impl AsRef<str>) -> Tree {
    Tree::Text(value.as_ref().to_owned())
}

impl Desk {
    /// `DescribeCertificateState`. The CA is asked first; what it does not answer is told as it is
    /// stored.
    pub(super) async fn state(
        &self,
        account: AccountId,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        let order = parameters.id("OrderId")?;
        let mut sight = self.found(account, order).await?;
        if sight.instance.order() != order {
            // Another application followed it in its slot, and that is the one that is shown.
            sight = self.found(account, sight.instance.order()).await?;
        }
        let order = sight.instance.order();
        if self.ask_ca(account, order, &sight.loaded).await {
            sight = self.found(account, order).await?;
        }
        let seen = sight.seen();
        let Some(word) = WireField::StateType.write(seen).value else {
            return Err(not_found());
        };
        let application = sight.instance.application();
        let submission = application.map(crate::model::Application::submission);
        let made_here =
            submission.is_some_and(|own| matches!(own.key(), KeySource::ServiceMade(_)));
        let mut answer = OrderAnswer {
            seen,
            method: submission.map_or(ValidationMethod::Dns, crate::model::Submission::method),
            key_held: made_here,
            tells_certificate_id: self.tells_certificate_id,
        };
        let mut key = None;
        if answer.has(OrderField::PrivateKey) {
            match self.service.export_key(account, order).await {
                Ok(exported) => key = Some(exported),
                // Somebody asked for its revocation meanwhile, or the rules in force bar reading it.
                Err(ServiceError::Refused(_)) => answer.key_held = false,
                Err(error) => return Err(Fault::of(&error)),
            }
        }
        let challenge = application.and_then(crate::model::Application::challenge);
        let certificate = sight.instance.certificate();
        let mut fields = Vec::new();
        for field in answer.fields() {
            let value = match field {
                // It is added to every answer.
                OrderField::RequestId => None,
                OrderField::Type => Some(text(word)),
                OrderField::ValidateType => Some(text(answer.method.word())),
                // Until the CA has said how the domain is to be proved, there is nothing to tell.
                OrderField::RecordDomain
                | OrderField::RecordType
                | OrderField::RecordValue
                | OrderField::Domain
                | OrderField::Uri
                | OrderField::Content => challenge.and_then(|own| proof(own, field)),
                OrderField::Certificate => certificate.map(|own| Tree::Text(chain_pem(own))),
                OrderField::PrivateKey => key
                    .as_ref()
                    .map(|key| Tree::Secret(Secret::new(key.expose().to_owned()))),
                OrderField::CertId => Some(Tree::Text(sight.instance.order().to_string())),
            };
            fields.extend(value.map(|value| (field.word(), value)));
        }
        Ok(Done {
            fields,
            order: Some(order),
            shown: Some(word),
        })
    }

    /// `CancelOrderRequest`.
    pub(super) async fn withdraw(
        &self,
        account: AccountId,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        let order = parameters.id("OrderId")?;
        self.command(account, order, &Command::Withdraw).await
    }

    /// `DeleteCertificateRequest`.
    pub(super) async fn delete_order(
        &self,
        account: AccountId,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        let order = parameters.id("OrderId")?;
        self.deletion(account.into(), order, &Command::Delete).await
    }

    /// `CancelCertificateForPackageRequest`: an issued certificate is revoked (T-23), and where nothing
    /// was issued the order is cancelled, if the edition in force has that (T-14).
    pub(super) async fn cancel_for_package(
        &self,
        account: AccountId,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        let order = parameters.id("OrderId")?;
        let described = self.service.describe(account, order).await;
        let described = described.map_err(|error| Fault::of(&error))?;
        let command = match described.instance.phase() {
            Phase::Live(_) | Phase::Revoked { .. } | Phase::Uploaded(_) => {
                Command::RequestRevocation {
                    reason: RevocationReason::Unspecified,
                }
            }
            Phase::NotActivated { .. }
            | Phase::Bought { .. }
            | Phase::Verifying(_)
            | Phase::Validating(_)
            | Phase::Failed { .. }
            | Phase::Pending { .. }
            | Phase::Ended { .. }
            | Phase::Deleted { .. } => Command::CancelOrder,
        };
        self.command(account, order, &command).await
    }

    async fn command(
        &self,
        account: AccountId,
        order: OrderId,
        command: &Command,
    ) -> Result<Done, Fault> {
        match self.service.execute(account, order, command).await {
            Ok(_) => Ok(Done::about(order)),
            Err(error) => Err(Fault::of(&error)),
        }
    }

    /// A deletion. One that is permitted and does not succeed is told as `DeleteFail`; whether it is
    /// permitted, a store that is away can't tell.
    pub(super) async fn deletion(
        &self,
        caller: Caller,
        order: OrderId,
        command: &Command,
    ) -> Result<Done, Fault> {
        let Err(error) = self.service.execute(caller, order, command).await else {
            return Ok(Done::about(order));
        };
        let fault = with_token(&error);
        if matches!(error, ServiceError::Refused(_) | ServiceError::KeyReused(_)) {
            return Err(fault);
        }
        let asked = (self.service)
            .availability(caller.account(), order, command)
            .await;
        if asked.is_ok_and(Availability::is_now) {
            return Err(Fault::new(403, "DeleteFail", fault.message().to_owned()));
        }
        Err(fault)
    }
}

/// A field of how a domain is to be proved; none for the other method.
fn proof(challenge: &Challenge, field: OrderField) -> Option<Tree> {
    let value = match (challenge, field) {
        (Challenge::Dns { record_domain, .. }, OrderField::RecordDomain) => record_domain,
        (Challenge::Dns { record_type, .. }, OrderField::RecordType) => {
            return Some(text(record_type.word()));
        }
        (Challenge::Dns { value, .. }, OrderField::RecordValue) => value,
        (Challenge::File { domain, .. }, OrderField::Domain) => domain,
        (Challenge::File { uri, .. }, OrderField::Uri) => uri,
        (Challenge::File { content, .. }, OrderField::Content) => content,
        (Challenge::Dns { .. } | Challenge::File { .. }, _) => return None,
    };
    Some(text(value))
}

/// The order is unknown, another account's, deleted, or none that the interface tells.
pub(super) fn not_found() -> Fault {
    Fault::new(
        404,
        "NotFoundOrder",
        "There is no such order in this account.".to_owned(),
    )
}
