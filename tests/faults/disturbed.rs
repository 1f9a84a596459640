//! Files and connections that fail: the errors have types, nothing is lost, and work goes on when the
//! cause is gone.

use std::fs;
use std::io::{BufRead, BufReader};
use std::num::NonZeroU32;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use cert_lifecycle::adapter::{ManualClock, SeededIds};
use cert_lifecycle::model::{AccountId, Channel, Payment, PlanId};
use cert_lifecycle::port::{Ids, StoreError, StreamId, Version};
use cert_lifecycle::service::{Service, ServiceError};
use sqlx::{Connection, Executor, SqliteConnection};

use super::audit::Problems;
use super::crashes::{Life, Moment, Said, Tally, Writer, next_seed};
use super::outside::{Remote, tell_parent};
use super::place::{Opened, Place, account, product};
use super::run;

fn owner() -> AccountId {
    account("4000000001")
}

fn service(opened: &Opened) -> Service {
    let clock = ManualClock::new("2026-03-20T09:00:00+08:00".parse().unwrap());
    let ids: Arc<dyn Ids> = Arc::new(SeededIds::new(next_seed()));
    opened.service(Channel::Api, &Arc::new(Remote::default()), &clock, &ids)
}

async fn buy(service: &Service) -> Result<PlanId, ServiceError> {
    let bought = service.buy_plan(owner(), product(), NonZeroU32::MIN, Payment::NONE);
    bought.await.map(|(plan, _)| plan)
}

/// A plan as it is stored.
async fn there(opened: &Opened, plan: PlanId) -> Result<usize, StoreError> {
    let stream = StreamId::Plan(plan);
    let journal = opened.store.journal(owner(), stream, Version::NONE, 10);
    journal.await.map(|events| events.len())
}

fn unavailable<T: std::fmt::Debug>(answer: Result<T, ServiceError>) {
    match answer {
        Err(ServiceError::Store(error)) if error.retry_helps() => {}
        other => panic!("not unavailable: {other:?}"),
    }
}

/// `path`: holds the only lock for writing until its input ends.
pub(crate) fn hold(arguments: &[String]) -> ExitCode {
    run(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&arguments[0]);
        let mut own = SqliteConnection::connect_with(&options).await.unwrap();
        own.execute("BEGIN IMMEDIATE").await.unwrap();
        tell_parent("held");
        let _ = std::io::stdin().read_line(&mut String::new());
        own.execute("ROLLBACK").await.unwrap();
    });
    ExitCode::SUCCESS
}

/// While another process writes for longer than anybody waits, commands fail and reading goes on.
pub(crate) fn a_locked_file(folder: &Path) {
    let path = folder.join("locked.db");
    run(async {
        let opened = Place::File(path.clone()).open().await.unwrap();
        let service = service(&opened);
        let plan = buy(&service).await.unwrap();
        let mut holder = Command::new(std::env::current_exe().unwrap())
            .arg("--holder")
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut output = BufReader::new(holder.stdout.take().unwrap());
        output.read_line(&mut said).unwrap();
        assert_eq!(said, "held\n");
        unavailable(buy(&service).await);
        assert_eq!(there(&opened, plan).await, Ok(1));
        drop(holder.stdin.take());
        holder.wait().unwrap();
        buy(&service).await.unwrap();
        opened.close().await;
    });
}

/// A file that may only be read is not opened, or not written to; afterwards all is there.
pub(crate) fn a_read_only_file(folder: &Path) {
    let path = folder.join("read-only.db");
    let place = Place::File(path.clone());
    let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    run(async {
        let opened = place.open().await.unwrap();
        let plan = buy(&service(&opened)).await.unwrap();
        opened.close().await;
        mode(0o444);
        let refused = place.open().await.map(|_| ()).unwrap_err();
        assert!(refused.contains("can't be written"), "{refused}");
        mode(0o644);
        let opened = place.open().await.unwrap();
        assert_eq!(there(&opened, plan).await, Ok(1));
        buy(&service(&opened)).await.unwrap();
        opened.close().await;
    });
}

/// A page of the journal with other bytes is told from an empty journal and from a busy file.
pub(crate) fn a_damaged_page(folder: &Path) {
    let path = folder.join("damaged.db");
    let place = Place::File(path.clone());
    run(async {
        let opened = place.open().await.unwrap();
        let plan = buy(&service(&opened)).await.unwrap();
        // The last one to close it brings everything into the file.
        opened.close().await;
        let text = "SELECT CAST(rootpage AS text), \
                    (SELECT CAST(page_size AS text) FROM pragma_page_size) \
                    FROM sqlite_schema WHERE name = 'cl_event'";
        let found = place.rows(text).await.unwrap();
        let number = |at: usize| found[0][at].as_deref().unwrap().parse::<u64>().unwrap();
        let (page, size) = (number(0), number(1));
        let file = fs::OpenOptions::new().read(true).write(true).open(&path);
        let file = file.unwrap();
        let mut whole = vec![0; usize::try_from(size).unwrap()];
        let start = (page - 1) * size;
        file.read_exact_at(&mut whole, start).unwrap();
        file.write_all_at(&vec![0xa5; whole.len()], start).unwrap();

        let opened = place.open().await.unwrap();
        let damaged = there(&opened, plan).await;
        assert!(
            matches!(damaged, Err(StoreError::Corrupt(_))),
            "{damaged:?}"
        );
        let written = buy(&service(&opened)).await;
        assert!(
            matches!(written, Err(ServiceError::Store(StoreError::Corrupt(_)))),
            "{written:?}"
        );
        opened.close().await;

        file.write_all_at(&whole, start).unwrap();
        let opened = place.open().await.unwrap();
        assert_eq!(there(&opened, plan).await, Ok(1));
        buy(&service(&opened)).await.unwrap();
        opened.close().await;
    });
}

/// Whether a limit of another process can be lifted here.
pub(crate) fn limits_can_be_lifted() -> bool {
    let asked = Command::new("prlimit").arg("--version").output();
    asked.is_ok_and(|output| output.status.success())
}

/// Kills the writer, looks at what it left and has all work done.
fn end(mut life: Life, writer: Writer) -> Tally {
    let (mut tally, mut problems) = (Tally::default(), Problems::default());
    life.take(&writer.kill(), true, &mut tally, &mut problems);
    life.now = life.now.saturating_add(3 * 86_400);
    run(life.look(true, &mut tally, &mut problems));
    assert!(problems.0.is_empty(), "{:#?}", problems.0);
    tally
}

/// The file may grow no further for a while, as on a full disk: the same process goes on once it may.
pub(crate) fn no_room(folder: &Path) {
    let life = Life::new(Place::File(folder.join("full.db")));
    // In blocks of 512 or 1024 bytes, by the shell: enough for the tables and a few commands.
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -S -f 600; exec \"$0\" \"$@\""]);
    limited.arg(std::env::current_exe().unwrap());
    let moment = Moment::Acknowledged(0);
    let outside = life.outside.clone();
    let writer = Writer::start_by(limited, &life.place, life.now, outside, moment);
    writer.wait_for(Said::Failed, 5).unwrap();
    let lifted = Command::new("prlimit")
        .args(["--fsize=unlimited", "--pid", &writer.id().to_string()])
        .status();
    assert!(lifted.unwrap().success());
    writer.listen_anew();
    writer.wait_for(Said::Acknowledged, 20).unwrap();
    end(life, writer);
}
