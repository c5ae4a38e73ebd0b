//! A thousand requests that wait in one process.

use std::time::Duration;

use ikd_sandbox::Profile;
use ikd_verifier::AttributeName::{MotherName, Occupation};
use tokio::task::JoinSet;

use crate::scene::{purpose, relying_party, sandbox, scanned, waiting};
use crate::stub::Stub;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_requests_wait_without_a_missed_or_doubled_poll() {
    let sandbox = sandbox();
    let stub = Stub::start(4);
    let client = relying_party(&sandbox, "rp-bank", &stub.url).build().expect("a client");
    let verified = scanned(&sandbox, Profile::Travel);
    let mut requests = JoinSet::new();
    for _ in 0..1_000 {
        let request = purpose().request().require([MotherName, Occupation]).expect("allowed");
        let pending = waiting(client.start(&verified, request).await.expect("it starts"));
        let client = client.clone();
        requests.spawn(async move { client.finish(pending).await.expect("it ends") });
    }
    tokio::time::sleep(Duration::from_secs(9)).await;
    stub.approve_all();
    let mut granted = 0;
    while let Some(finished) = requests.join_next().await {
        let finished = finished.expect("no panic");
        assert!(finished.result.granted().is_some(), "{:?}", finished.result);
        granted += 1;
    }
    assert_eq!(granted, 1_000);
    for polls in stub.polls() {
        // Two or three while the citizen thinks, and the one that is answered.
        assert!((2..=12).contains(&polls.len()), "{polls:?}");
        let apart = polls.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(apart.into_iter().all(|apart| apart >= Duration::from_millis(3_950)), "{polls:?}");
    }
}
