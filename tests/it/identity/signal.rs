//! `lienthong serve` as a process: SIGHUP makes it look at its files, and does not end it.

use super::world::soon;
use crate::chaos::process::HubProgram;
use crate::kit::{Keys, initialise};

backends! {
    async fn a_hangup_makes_the_hub_look_at_its_files_and_does_not_end_it(database) {
        let keys = Keys::generate().expect("keys");
        initialise(&keys, &database.url()).expect("the hub is initialised");
        let program = HubProgram::new(&keys, database.url());
        let hub = program.start(&[]);
        keys.operator.connect(&keys.address(program.port())).await.expect("a connection");
        // Another authority signs the hub's certificate from now on; that of clients stays.
        let renewed = Keys::generate().expect("keys");
        std::fs::write(program.path("server.pem"), &renewed.server.certificate).expect("a file");
        std::fs::write(program.path("server.key"), &renewed.server.key).expect("a file");
        hub.hang_up();
        let address = renewed.address(program.port());
        soon("the new certificate is shown", async || keys.operator.connect(&address).await.is_ok()).await;
        assert!(keys.operator.connect(&keys.address(program.port())).await.is_err(), "the old one is gone");
        assert!(hub.terminate(), "it ends in order, not by the hangup");
    }
}

/// `serve` with the keys of `program` and these arguments besides; it must not get as far as the database.
fn refused_start(program: &HubProgram, more: &[&str]) -> String {
    let path = |name| program.path(name).display().to_string();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_lienthong"))
        .args(["serve", "--hub-id", "hub.test", "--listen", "127.0.0.1:0"])
        .args(["--database", &format!("sqlite:{}", path("no-such.db"))])
        .args(["--tls-key", &path("server.key"), "--client-ca", &path("ca.pem")])
        .args(more)
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(2), "wrong configuration");
    String::from_utf8(output.stderr).expect("UTF-8")
}

#[test]
fn a_list_that_cannot_be_used_is_wrong_configuration_and_named() {
    let program = HubProgram::new(&Keys::generate().expect("keys"), String::new());
    let path = |name| program.path(name).display().to_string();
    std::fs::write(program.path("broken.crl"), "no list").expect("a file");
    let (certificate, broken, absent) = (path("server.pem"), path("broken.crl"), path("absent.crl"));
    for (more, named) in [
        (
            &["--tls-cert", &certificate, "--client-crl", &broken][..],
            "--client-crl",
        ),
        (&["--tls-cert", &certificate, "--client-crl", &absent], "--client-crl"),
        (&["--tls-cert", &certificate, "--require-crl"], "--require-crl"),
        (&["--tls-cert", &absent], "--tls-cert"),
    ] {
        let told = refused_start(&program, more);
        assert!(told.contains(named), "{named}: {told}");
    }
}
