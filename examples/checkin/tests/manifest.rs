//! Manifest files as airlines and railways export them, good and bad.

use ikd_checkin::manifest::{Manifest, ManifestError, Notice, ProblemKind};

fn problems(file: &str) -> Vec<(u64, Option<usize>, ProblemKind)> {
    match Manifest::read(file.as_bytes()) {
        Err(ManifestError::Rows { problems, .. }) => {
            problems.iter().map(|p| (p.line, p.column, p.kind)).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_airline_file() {
    let file = "PNR,Passenger Name,NIK last 4,Seat,Flight\n\
                FIKT1F,CONTOH/BUDI MR,0001,12A,XX 123\n\
                FIKT2F,UMPAMA/SITI MRS,,12B,XX 123\n";
    let manifest = Manifest::read(file.as_bytes()).unwrap();
    let [first, second] = manifest.passengers() else { panic!("not two") };
    assert_eq!((first.booking(), first.seat()), (Some("FIKT1F"), Some("12A")));
    assert_eq!((first.service(), first.line()), (Some("XX 123"), 2));
    assert!(first.nik().is_some_and(|nik| !nik.is_full() && nik.agrees_with("3174011508900001")));
    assert!(second.nik().is_none());
    assert_eq!(manifest.notices(), []);
}

#[test]
fn a_railway_file_from_a_spreadsheet() {
    let file = "\u{feff}sep=;\r\nNama Lengkap;No. KTP;Nama KA;Gerbong;No. Kursi;Tgl. Lahir\r\n\
                \"Contoh; Budi\";'3174 0115 0890 0001;KA Contoh;EKS-1;1A;15-08-1990\r\n\
                \r\n\
                Siti Umpama;317401******0002;KA Contoh;EKS-1;1B;1991/02/03\r\n";
    let manifest = Manifest::read(file.as_bytes()).unwrap();
    let [first, second] = manifest.passengers() else { panic!("not two") };
    assert!(first.nik().is_some_and(|nik| nik.is_full()));
    assert_eq!((first.birth_date(), first.coach()), (Some("19900815"), Some("EKS-1")));
    assert_eq!(first.line(), 3);
    assert_eq!((second.birth_date(), second.line()), (Some("19910203"), 5));
    assert!(second.nik().is_some_and(|nik| nik.agrees_with("3174014302910002")));
    assert!(second.nik().is_some_and(|nik| !nik.agrees_with("3175014302910002")));
}

#[test]
fn faulty_rows_by_line_and_column() {
    let file = "name,nik,dob\n\
                CONTOH/BUDI,1,\n\
                CONTOH/BUDI,31740115089000011,\n\
                CONTOH/BUDI,3.17E+15,\n\
                CONTOH/BUDI,?!?!,\n\
                /,0001,\n\
                CONTOH/BUDI,0001,31-31-1990\n\
                CONTOH/BUDI,0001\n";
    assert_eq!(
        problems(file),
        [
            (2, Some(2), ProblemKind::NikTooShort),
            (3, Some(2), ProblemKind::NikTooLong),
            (4, Some(2), ProblemKind::NikRounded),
            (5, Some(2), ProblemKind::NikUnreadable),
            (6, Some(1), ProblemKind::NoName),
            (7, Some(3), ProblemKind::BadDate),
            (8, None, ProblemKind::ColumnCount),
        ]
    );
}

#[test]
fn a_quote_left_open() {
    let file = format!("name,seat\n\"CONTOH/BUDI,1A\n{}", "REKAAN/FULAN,1B\n".repeat(30));
    assert_eq!(problems(&file), [(2, Some(1), ProblemKind::FieldTooLong)]);
}

#[test]
fn headings_and_encodings() {
    let read = |bytes: &[u8]| Manifest::read(bytes).map(|_| ()).unwrap_err().to_string();
    assert_eq!(read(b""), "line 1: no column for the name");
    assert_eq!(read(b"PNR,seat\n"), "line 1: no column for the name");
    assert_eq!(read(b"name,nik,nama\n"), "line 1, column 3: a second column for the name");
    assert_eq!(
        read(b"name\nCONTOH\nREN\xc9\n"),
        "line 3: not UTF-8 text; save the file as \"CSV UTF-8\""
    );
}

#[test]
fn repeated_rows_seats_and_passports() {
    let file = "pnr,name,nik,seat\n\
                F1,CONTOH/BUDI,0001,1A\n\
                f1,Contoh/Budi,0001,1A\n\
                F2,REKAAN/FULAN,X1234567,1A\n";
    let manifest = Manifest::read(file.as_bytes()).unwrap();
    assert_eq!(manifest.passengers().len(), 2);
    assert_eq!(
        manifest.notices(),
        [
            Notice::Repeated { line: 3, first: 2 },
            Notice::OtherDocument { line: 4 },
            Notice::SeatTwice { line: 4, first: 2 },
        ]
    );
}

#[test]
fn nothing_personal_in_debug_or_errors() {
    let good = "name,nik,dob\nCONTOH/BUDI,3174011508900001,1990-08-15\n";
    let manifest = Manifest::read(good.as_bytes()).unwrap();
    let shown = format!("{manifest:?} {:?}", manifest.passengers());
    let bad = "name,nik\nCONTOH/BUDI,31740115089000011\n";
    let error = Manifest::read(bad.as_bytes()).unwrap_err();
    let shown = format!("{shown} {error} {error:?}");
    for personal in ["CONTOH", "BUDI", "0001", "1508", "19900815"] {
        assert!(!shown.contains(personal), "{shown}");
    }
}
