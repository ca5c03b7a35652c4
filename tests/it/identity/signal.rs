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
