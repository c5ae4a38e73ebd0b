//! "Bagikan dokumen": the document that was shared, or none.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::get;
use ikd_sandbox::{DocumentShare, GATEWAY, PresentOptions, Profile, Sandbox};
use ikd_verifier::consent::{DocumentClient, DocumentError};
use ikd_verifier::{HttpError, HttpOptions, Policy, UnixTime, VerifiedPresentation};

use crate::scene::{sandbox, scanned};

const DOCUMENT: &[u8] = b"%PDF-1.7 Kartu Keluarga (contoh)";

/// A gateway that has documents of every kind.
async fn gateway() -> String {
    let huge = || async { axum::body::Bytes::from(vec![b' '; 33 << 20]) };
    let stall = || async { std::future::pending::<StatusCode>().await };
    let router = axum::Router::new()
        .route("/documents/kk-1", get(|| async { DOCUMENT }))
        .route("/documents/changed", get(|| async { &b"%PDF-1.7 another one of this size"[..] }))
        .route("/documents/huge", get(huge))
        .route("/documents/stall", get(stall))
        .route("/documents/moved", get(|| async { Redirect::temporary("https://evil.invalid/") }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("its address"));
    tokio::spawn(axum::serve(listener, router).into_future());
    address
}

fn share(sandbox: &Sandbox, path: &str, size: Option<u32>, life: i64) -> VerifiedPresentation {
    use sha2::Digest;
    let now = UnixTime::now();
    let person = sandbox.person("siti-contoh").expect("a person");
    let document = DocumentShare {
        kind: "kk".to_owned(),
        path: path.to_owned(),
        sha256: sha2::Sha256::digest(DOCUMENT).into(),
        media_type: "application/pdf".to_owned(),
        size,
    };
    let options = PresentOptions { document: Some(document), life, ..PresentOptions::default() };
    let credential = sandbox.credential(person, Profile::Travel);
    let qr = sandbox.device(person).present(&credential, now.secs(), &options);
    let verifier = ikd_tests::verifier(sandbox, Policy::new());
    verifier.verify_text(&qr.text(), now).expect("a good QR")
}

#[tokio::test]
async fn the_shared_document_comes_or_none() {
    let sandbox = sandbox();
    let address = gateway().await;
    let options = HttpOptions::new().timeout(Duration::from_secs(2));
    let options = options.danger_route(GATEWAY, &address).expect("a loopback address");
    let client = DocumentClient::new(ikd_tests::trust(&sandbox), &options).expect("a client");
    let client = Arc::new(client);
    let now = UnixTime::now();
    let size = u32::try_from(DOCUMENT.len()).ok();
    for path in ["/documents/kk-1", "documents/kk-1"] {
        for size in [None, size] {
            let document = client.fetch(&share(&sandbox, path, size, 600), now).await;
            let document = document.expect("the document");
            assert_eq!(document.bytes(), DOCUMENT);
            assert_eq!(document.share().document_type, "kk");
            assert!(!format!("{document:?}").contains("PDF"));
        }
    }

    let fetch = |path: &'static str, size| {
        let (client, verified) = (client.clone(), share(&sandbox, path, size, 600));
        async move { client.fetch(&verified, now).await.expect_err(path) }
    };
    assert_eq!(fetch("/documents/changed", None).await, DocumentError::Changed);
    assert_eq!(fetch("/documents/kk-1", Some(5)).await, DocumentError::Changed);
    let limit = 32 << 20;
    assert_eq!(fetch("/documents/huge", None).await, DocumentError::TooLarge { limit });
    assert_eq!(fetch("/documents/kk-1", Some(u32::MAX)).await, DocumentError::TooLarge { limit });
    assert_eq!(fetch("/documents/none", None).await, DocumentError::Status(404));
    let stalled = fetch("/documents/stall", None).await;
    assert!(matches!(stalled, DocumentError::Http(HttpError::Timeout { .. })), "{stalled:?}");
    let moved = fetch("/documents/moved", None).await;
    assert!(matches!(moved, DocumentError::Http(HttpError::Redirect { .. })), "{moved:?}");

    let verified = share(&sandbox, "/documents/kk-1", None, 600);
    let late = verified.expires();
    assert_eq!(client.fetch(&verified, late).await, Err(DocumentError::Expired(late)));
    let plain = scanned(&sandbox, Profile::Travel);
    assert_eq!(client.fetch(&plain, now).await, Err(DocumentError::NotShared));
}

#[tokio::test]
async fn a_document_is_saved_for_its_owner_alone_and_never_over_another() {
    let sandbox = sandbox();
    let address = gateway().await;
    let options = HttpOptions::new().danger_route(GATEWAY, &address).expect("a loopback address");
    let client = DocumentClient::new(ikd_tests::trust(&sandbox), &options).expect("a client");
    let verified = share(&sandbox, "/documents/kk-1", None, 600);
    let document = client.fetch(&verified, UnixTime::now()).await.expect("the document");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("kk.pdf");
    document.save(&path).expect("saved");
    assert_eq!(std::fs::read(&path).expect("the file"), DOCUMENT);
    assert!(document.save(&path).is_err());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).expect("the file").permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}
