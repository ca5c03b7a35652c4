"""Opens the content of a hub's database with its master keys: AES-256-GCM by the library of OpenSSL."""

import base64
import ctypes
import ctypes.util
import hashlib

HEAD = "lienthong-master-key-v1"
GET_TAG_LENGTH, SET_TAG = 16, 0x11


def library():
    crypto = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
    for name in ("EVP_CIPHER_CTX_new", "EVP_aes_256_gcm"):
        getattr(crypto, name).restype = ctypes.c_void_p
    return crypto


class Masters:
    """The keys of a file, by their ids; none is known without one."""

    def __init__(self, text=""):
        self.keys, self.crypto = {}, None
        for line in text.splitlines():
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            key = base64.b64decode(words[2]) if len(words) == 3 and words[0] == HEAD else b""
            if len(key) != 32 or hashlib.sha256(b"lienthong master key v1\0" + key).hexdigest()[:16] != words[1]:
                raise ValueError("no list of master keys")
            self.keys[words[1]] = key

    def __bool__(self):
        return bool(self.keys)

    def open(self, place, master, wrapped, sealed):
        """Salt and content of the entry `place`; None if key or bytes are others."""
        if master not in self.keys:
            return None
        about = f"lienthong data key v1\0{master}\0entry {place}".encode()
        key = self.gcm(self.keys[master], wrapped[:12], about, wrapped[12:])
        if key is None or len(key) != 32:
            return None
        opened = self.gcm(key, bytes(12), b"lienthong body v1\0" + place.to_bytes(8, "big"), sealed)
        return None if opened is None or len(opened) < 32 else (opened[:32], opened[32:])

    def gcm(self, key, nonce, about, sealed):
        """What was sealed; None if its tag is another one."""
        if len(nonce) != 12 or len(sealed) < GET_TAG_LENGTH:
            return None
        self.crypto = self.crypto or library()
        text, tag = sealed[:-16], sealed[-16:]
        context = ctypes.c_void_p(self.crypto.EVP_CIPHER_CTX_new())
        out, length = ctypes.create_string_buffer(len(text) + 16), ctypes.c_int(0)
        by = ctypes.byref(length)
        try:
            cipher = ctypes.c_void_p(self.crypto.EVP_aes_256_gcm())
            good = (self.crypto.EVP_DecryptInit_ex(context, cipher, None, key, nonce) == 1
                    and self.crypto.EVP_DecryptUpdate(context, None, by, about, len(about)) == 1
                    and self.crypto.EVP_DecryptUpdate(context, out, by, text, len(text)) == 1
                    and self.crypto.EVP_CIPHER_CTX_ctrl(context, SET_TAG, 16, tag) == 1
                    and self.crypto.EVP_DecryptFinal_ex(context, ctypes.create_string_buffer(16), by) == 1)
        finally:
            self.crypto.EVP_CIPHER_CTX_free(context)
        return out.raw[:len(text)] if good else None
