//! What is signed is believed by programs that share nothing with the hub: Python's own HMAC, and the `openssl` command.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lienthong_proto::v1::{RotateEndpointKeyRequest, WebhookSigning};

use super::receiver::Got;
use super::world::{HOUR, World};
use crate::harness::agencies::BANK;
use crate::harness::audit::audit;
use crate::harness::raw::Value;

/// Checks the signatures of a call as the specification says; prints the places of those that are good.
const CHECK: &str = r#"
import base64, hashlib, hmac, subprocess, sys, tempfile, os
key, message_id, timestamp, signatures, body = sys.argv[1:5] + [open(sys.argv[5], "rb").read()]
content = message_id.encode() + b"." + timestamp.encode() + b"." + body

def ed25519(public, signature):
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, name) for name in ("key", "text", "signature")]
        der = bytes.fromhex("302a300506032b6570032100") + public
        for name, part in zip(names, (der, content, signature)):
            with open(name, "wb") as file:
                file.write(part)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", names[0], "-rawin",
                   "-in", names[1], "-sigfile", names[2]]
        return subprocess.run(command, capture_output=True).returncode == 0

good = []
for place, text in enumerate(signatures.split(" ")):
    version, signature = text.split(",", 1)
    signature = base64.b64decode(signature, validate=True)
    if key.startswith("whsec_") and version == "v1":
        expected = hmac.new(base64.b64decode(key[6:], validate=True), content, hashlib.sha256).digest()
        if hmac.compare_digest(expected, signature):
            good.append(place)
    if key.startswith("whpk_") and version == "v1a" and ed25519(base64.b64decode(key[5:], validate=True), signature):
        good.append(place)
print(good)
"#;

/// The places of the signatures that the key believes.
fn believed(key: &str, got: &Got) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let body = folder.path().join("body");
    std::fs::write(&body, &got.body).expect("a file");
    let header = |name: &str| got.headers[name].as_str();
    let output = Command::new("python3")
        .args([
            "-c",
            CHECK,
            key,
            header("webhook-id"),
            header("webhook-timestamp"),
            header("webhook-signature"),
        ])
        .arg(&body)
        .output()
        .expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn rotation(endpoint_id: &str, key: &str, overlap_hours: Option<i32>) -> RotateEndpointKeyRequest {
    RotateEndpointKeyRequest {
        idempotency_key: key.to_owned(),
        endpoint_id: endpoint_id.to_owned(),
        overlap_hours,
    }
}

backends! {
    async fn others_believe_the_signatures_and_a_changed_call_they_do_not(database) {
        let world = World::start(&database).await;
        let bank = world.partner(BANK).await;
        let receivers = [world.partners.receiver().await, world.partners.receiver().await];
        let told = [
            bank.register(&receivers[0], "register-0001", WebhookSigning::Ed25519).await,
            bank.register(&receivers[1], "register-0002", WebhookSigning::Hmac).await,
        ];
        world.freeze("freeze-0001").await;
        let keys = [told[0].endpoint.as_ref().expect("one").keys[0].public_key.clone(), told[1].secret.clone()];
        assert!(told[0].secret.is_empty() && told[1].endpoint.as_ref().expect("one").keys[0].public_key.is_empty());
        for (receiver, (key, other)) in receivers.iter().zip(keys.iter().zip(keys.iter().rev())) {
            let got = receiver.wait_for(1).await.remove(0);
            assert_eq!(believed(key, &got), "[0]");
            assert_eq!(believed(other, &got), "[]");
            let mut changed = got.clone();
            changed.body.push(b' ');
            assert_eq!(believed(key, &changed), "[]");
            let mut later = got.clone();
            later.headers.insert("webhook-timestamp".to_owned(), "1".to_owned());
            assert_eq!(believed(key, &later), "[]");
            let seconds: i64 = got.headers["webhook-timestamp"].parse().expect("seconds");
            assert_eq!(seconds, world.now().seconds(), "the time of the attempt");
        }
    }

    async fn two_keys_sign_while_one_is_changed_and_one_afterwards(database) {
        let world = World::start(&database).await;
        let bank = world.partner(BANK).await;
        for signing in [WebhookSigning::Ed25519, WebhookSigning::Hmac] {
            let receiver = world.partners.receiver().await;
            let name = signing.as_str_name();
            let told = bank.register(&receiver, &format!("register-{name}"), signing).await;
            let endpoint = told.endpoint.expect("one");
            let key_of = |endpoint: &lienthong_proto::v1::WebhookEndpoint, secret: &str| match signing {
                WebhookSigning::Hmac => secret.to_owned(),
                WebhookSigning::Ed25519 | WebhookSigning::Unspecified => endpoint.keys[0].public_key.clone(),
            };
            let first = key_of(&endpoint, &told.secret);
            let message = rotation(&endpoint.endpoint_id, &format!("rotate-{name}"), None);
            let rotated = bank.service().rotate_endpoint_key(message.clone()).await.expect("rotated").into_inner();
            let endpoint = rotated.endpoint.expect("one");
            let second = key_of(&endpoint, &rotated.secret);
            assert_ne!(first, second);
            assert_eq!((endpoint.keys.len(), endpoint.keys[0].number, endpoint.keys[1].number), (2, 2, 1));
            world.freeze(&format!("freeze-1-{name}")).await;
            let got = receiver.wait_for(1).await.remove(0);
            assert_eq!((believed(&second, &got).as_str(), believed(&first, &got).as_str()), ("[0]", "[1]"));
            world.pass(24 * HOUR);
            world.freeze(&format!("freeze-2-{name}")).await;
            let got = receiver.wait_for(2).await.remove(1);
            assert_eq!((believed(&second, &got).as_str(), believed(&first, &got).as_str()), ("[0]", "[]"));
            // A retry of the change is told as before, without the secret, and changes nothing.
            let again = bank.service().rotate_endpoint_key(message).await.expect("told again").into_inner();
            assert_eq!((again.receipt, again.secret.as_str()), (rotated.receipt, ""));
            assert_eq!(again.endpoint.expect("one").version, 2);
            // A key that others know ends at once.
            let message = rotation(&endpoint.endpoint_id, &format!("leaked-{name}"), Some(0));
            bank.service().rotate_endpoint_key(message).await.expect("rotated");
            world.freeze(&format!("freeze-3-{name}")).await;
            let got = receiver.wait_for(3).await.remove(2);
            assert_eq!((believed(&second, &got).as_str(), got.headers["webhook-signature"].contains(' ')), ("[]", false));
        }
        audit(&database).await;
    }

    async fn secrets_are_told_once_and_stand_nowhere_in_the_clear(database) {
        let world = World::start(&database).await;
        let (bank, receiver) = (world.partner(BANK).await, world.partners.receiver().await);
        let message = super::world::registration(&super::world::url(&receiver), "register-0001", WebhookSigning::Hmac);
        let told = bank.try_register(message.clone()).await.expect("registered");
        let again = bank.try_register(message).await.expect("told again");
        assert!(told.secret.starts_with("whsec_") && again.secret.is_empty());
        assert_eq!(again.receipt, told.receipt);
        let secret = STANDARD.decode(told.secret.trim_start_matches("whsec_")).expect("base64");
        let raw = database.raw().await;
        for (table, _) in lienthong::store::schema::TABLES.iter().filter(|(table, _)| *table != "_sqlx_migrations") {
            for row in raw.table(table).await {
                let text = format!("{row:?}");
                assert!(!text.contains(&told.secret), "{table}");
                let holds = |value: &Value| matches!(value, Value::Bytes(bytes) if bytes.windows(secret.len()).any(|part| part == secret));
                assert!(!row.values().any(holds), "{table}");
            }
        }
    }
}
