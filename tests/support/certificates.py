"""A certificate authority that no system knows, as a company's proxy has one."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOOPBACK = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
KEY_FORMAT = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def company_certificate(folder: Path, host: str = "") -> Path:
    """The folder with ca.pem, the authority's certificate, and server.pem, one for `host`, or 127.0.0.1 if empty."""
    authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _named("Company", "Company", authority_key).add_extension(
        x509.BasicConstraints(True, None), critical=True
    )
    names = x509.SubjectAlternativeName([x509.DNSName(host)]) if host else LOOPBACK
    server = _named(host or "127.0.0.1", "Company", server_key).add_extension(names, critical=False)
    signed = [each.sign(authority_key, hashes.SHA256()) for each in (authority, server)]
    (folder / "ca.pem").write_bytes(signed[0].public_bytes(serialization.Encoding.PEM))
    leaf = server_key.private_bytes(*KEY_FORMAT) + signed[1].public_bytes(serialization.Encoding.PEM)
    (folder / "server.pem").write_bytes(leaf)
    return folder


def _named(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (issuer, subject)]
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    return x509.CertificateBuilder(*names, key.public_key(), x509.random_serial_number(), now - day, now + day)
