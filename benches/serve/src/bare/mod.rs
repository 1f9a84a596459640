//! A bare axum handler: the same signature, statements, commits and certificate, and none of the rules.
//!
//! It makes the statements of a script, which is what the reference service was seen to make for the
//! same request; with the shortest scripts that do, it is `lean`.

mod ca;
mod check;
mod rows;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::rand;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::serve::ListenerExt;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use self::ca::Ca;
use self::check::Check;
use self::rows::{Order, Rows};
use crate::cycle::STEPS;
use crate::sign::hex;

struct App {
    check: Check,
    rows: Rows,
    ca: Ca,
    scripts: Vec<String>,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Parameters = Vec<(String, String)>;

fn parameter<'a>(parameters: &'a Parameters, name: &str) -> Result<&'a str, Failure> {
    let found = parameters.iter().find(|(own, _)| own == name);
    found
        .map(|(_, value)| value.as_str())
        .ok_or_else(|| format!("{name} is missing").into())
}

impl App {
    async fn create(&self, parameters: &Parameters) -> Result<Value, Failure> {
        let csr = parameter(parameters, "Csr")?;
        let name = self.ca.requested(csr)?.name;
        let applicant = json!({
            "name": parameter(parameters, "Username")?, "phone": parameter(parameters, "Phone")?,
            "email": parameter(parameters, "Email")?,
        });
        let order = self.rows.next();
        let new = Order {
            state: "domain_verify".into(),
            csr: csr.into(),
            challenge: self.ca.challenge()?,
            certificate: String::new(),
        };
        let described = format!("{applicant} {name}");
        self.rows
            .play(&self.scripts[0], order, Some((&new, &described)), &new)
            .await?;
        Ok(json!({"OrderId": order}))
    }

    async fn describe(&self, parameters: &Parameters) -> Result<Value, Failure> {
        let order = parameter(parameters, "OrderId")?.parse()?;
        let found = self.rows.load(order).await?;
        let mut after = found.clone();
        // The first statement of the script was made.
        let script = |number: usize| self.scripts[number].strip_prefix('L').unwrap_or_default();
        let answer = match found.state.as_str() {
            "domain_verify" => {
                after.state = "process".into();
                self.rows.play(script(1), order, None, &after).await?;
                json!({
                    "Type": found.state, "ValidateType": "DNS", "RecordType": "TXT",
                    "RecordDomain": "_dnsauth.www.example.com", "RecordValue": found.challenge,
                })
            }
            "process" => {
                after.certificate = self.ca.sign(&found.csr)?;
                after.state = "certificate".into();
                self.rows.play(script(2), order, None, &after).await?;
                json!({"Type": found.state})
            }
            "certificate" => {
                self.rows.play(script(3), order, None, &after).await?;
                json!({
                    "Type": found.state, "Certificate": found.certificate,
                    "CertId": order.to_string(),
                })
            }
            _ => json!({"Type": "unknow"}),
        };
        Ok(answer)
    }

    async fn revoke(&self, parameters: &Parameters) -> Result<Value, Failure> {
        let order = parameter(parameters, "OrderId")?.parse()?;
        let mut after = self.rows.load(order).await?;
        if after.state != "certificate" {
            return Err("it is not issued".into());
        }
        after.state = "revoked".into();
        let script = self.scripts[4].strip_prefix('L').unwrap_or_default();
        self.rows.play(script, order, None, &after).await?;
        Ok(json!({}))
    }

    async fn answer(
        &self,
        query: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Value, Failure> {
        let (operation, parameters) = self.check.request(query, headers, body)?;
        if operation == STEPS[0].0 {
            self.create(&parameters).await
        } else if operation == STEPS[1].0 {
            self.describe(&parameters).await
        } else {
            self.revoke(&parameters).await
        }
    }
}

async fn handle(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut id = [0; 16];
    rand::fill(&mut id).unwrap();
    let (status, mut fields) = match app
        .answer(&query.unwrap_or_default(), &headers, &body)
        .await
    {
        Ok(fields) => (StatusCode::OK, fields),
        Err(why) => (StatusCode::BAD_REQUEST, json!({"Message": why.to_string()})),
    };
    fields["RequestId"] = hex(&id).into();
    let kind = [(header::CONTENT_TYPE, "application/json;charset=utf-8")];
    (status, kind, fields.to_string()).into_response()
}

/// Serves until the runtime ends.
pub async fn serve(file: &Path, scripts: Vec<String>) -> SocketAddr {
    let app = App {
        check: Check::new(),
        rows: Rows::open(file).await,
        ca: Ca::found(),
        scripts,
    };
    let router = Router::new()
        .route("/", post(handle))
        .with_state(Arc::new(app));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // An answer is one piece: to wait for more of it would only hold it up.
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
    tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
    address
}
