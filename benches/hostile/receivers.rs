//! Receivers of webhooks on loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

/// What a receiver does with each request.
#[derive(Clone, Copy)]
pub enum Manner {
    /// Answers with this status at once.
    Status(u16),
    /// Says `103 Early Hints` until the sender hangs up.
    Floods,
    /// Sends header lines until the sender hangs up.
    EndlessHead,
    /// Says nothing.
    Hangs,
}

/// Listens until the process ends. Returns its address as a URL.
pub fn listen(manner: Manner) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || _ = serve(stream, manner));
        }
    });
    url
}

fn serve(stream: TcpStream, manner: Manner) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line)? > 2 {
        if let Some(told) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = told.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    reader.read_exact(&mut vec![0; length])?;
    let mut stream = stream;
    match manner {
        Manner::Status(status) => write!(stream, "HTTP/1.1 {status} Told\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
        Manner::Floods => loop {
            stream.write_all(&b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n".repeat(200))?;
        },
        Manner::EndlessHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
            loop {
                stream.write_all(&b"x-more: and more\r\n".repeat(200))?;
            }
        }
        Manner::Hangs => reader.read_to_end(&mut Vec::new()).map(|_| ()),
    }
}
