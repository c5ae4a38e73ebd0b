//! A gateway that breaks a rule: the answer is dropped as a whole.

use ikd_sandbox::Profile;
use ikd_verifier::AttributeName::{FullName, Nik};
use ikd_verifier::consent::{ConsentCode, ConsentResult};

use crate::counterpart::Counterpart;
use crate::scene::{bank, name, person, purpose, sandbox, scanned, waiting};

#[tokio::test]
async fn each_misbehaviour_has_its_code() {
    let sandbox = sandbox();
    let Some(gateway) = Counterpart::start(&person(&sandbox)) else { return };
    let client = bank(&sandbox, &gateway);
    let cases = [
        ("extra_claim", ConsentCode::OverDisclosure),
        ("wrong_qr", ConsentCode::WrongQr),
        ("other_person", ConsentCode::PersonMismatch),
        ("changed_purpose", ConsentCode::ChangedDetails),
        ("weak_acr", ConsentCode::WrongAcr),
    ];
    let requests = cases.map(|(how, code)| {
        let (sandbox, gateway, client) = (&sandbox, &gateway, &client);
        async move {
            // Each profile makes another QR within one second.
            let at = cases.iter().position(|case| case.0 == how).expect("a case");
            let profile = [Profile::Travel, Profile::Bank, Profile::Bpjs];
            tokio::time::sleep(std::time::Duration::from_millis(1_100 * (at / 3) as u64)).await;
            let verified = scanned(sandbox, profile[at % 3]);
            let request = purpose().request().require([FullName, Nik]).expect("allowed");
            let pending = waiting(client.start(&verified, request).await.expect("it starts"));
            gateway.misbehave(&name(&pending), &["full_name", "nik"], how).await;
            let finished = client.finish(pending).await.expect("it ends");
            match finished.result {
                ConsentResult::ProtocolError(found) => assert_eq!(found, code, "{how}"),
                other => panic!("{how}: {other:?}"),
            }
            assert!(finished.receipt.attributes.released.is_empty());
            assert_eq!(finished.receipt.answer_sha256, None);
        }
    });
    for request in requests {
        request.await;
    }
}
