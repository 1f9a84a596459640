#!/bin/sh
# Makes the requests, certificates and keys that the tests read, with the openssl command (3.0).
#
#   cd tests/data/pki && sh make.sh
#
# Every key is made anew, so each run changes every file; the tests take digests and serial numbers
# from the files with the ending .txt, which openssl computes here. Private keys stay in a temporary
# directory and are thrown away, except those called public-test-key: they are published on purpose
# and protect nothing. The password of the encrypted ones is "public".
set -eu
umask 022
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT INT TERM

# --- keys -----------------------------------------------------------------------------------------

openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out "$tmp/rsa1024.pem"
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$tmp/rsa2048.pem"
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out "$tmp/rsa3072.pem"
openssl genpkey -quiet -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out "$tmp/psskey.pem"
for curve in P-256 P-384 P-521 secp256k1; do
    openssl genpkey -quiet -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" -out "$tmp/$curve.pem"
done
openssl genpkey -quiet -algorithm ED25519 -out "$tmp/ed25519.pem"
openssl genpkey -quiet -algorithm ED448 -out "$tmp/ed448.pem"

# --- requests -------------------------------------------------------------------------------------

# What an ordinary request asks for.
ordinary='
[req]
prompt = no
string_mask = utf8only
distinguished_name = subject
req_extensions = wanted
[subject]
C = CN
O = Example Ltd
CN = www.example.com
[wanted]
subjectKeyIdentifier = hash
subjectAltName = DNS:www.example.com, DNS:example.com
tlsfeature = status_request
'
# csr NAME KEY CONFIG [OPTIONS...]: writes NAME.csr.
csr() {
    name=$1 key=$2
    printf '%s\n' "$3" >"$tmp/req.cnf"
    shift 3
    openssl req -new -config "$tmp/req.cnf" -key "$tmp/$key.pem" -out "$name.csr" "$@"
}

csr rsa2048 rsa2048 "$ordinary" -sha256
csr rsa3072 rsa3072 "$ordinary" -sha384
csr rsa1024 rsa1024 "$ordinary" -sha256
csr rsa2048-sha512 rsa2048 "$ordinary" -sha512
csr rsa2048-sha1 rsa2048 "$ordinary" -sha1
csr rsa2048-md5 rsa2048 "$ordinary" -md5
csr rsa-pss rsa2048 "$ordinary" -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32
# openssl's own choice: the longest salt that fits.
csr rsa-pss-long-salt rsa2048 "$ordinary" -sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-2
# A mask function over another hash than the signature's.
csr rsa-pss-mixed rsa2048 "$ordinary" -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:sha512
# A key that may only make PSS signatures.
csr rsa-pss-key psskey "$ordinary" -sha256
csr p256 P-256 "$ordinary" -sha256
csr p384 P-384 "$ordinary" -sha384
csr p256-sha512 P-256 "$ordinary" -sha512
csr p384-sha512 P-384 "$ordinary" -sha512
csr p521 P-521 "$ordinary" -sha512
csr p521-sha256 P-521 "$ordinary" -sha256
csr secp256k1 secp256k1 "$ordinary" -sha256
csr ed25519 ed25519 "$ordinary"
csr ed448 ed448 "$ordinary"

bare='
[req]
prompt = no
string_mask = utf8only
distinguished_name = subject
[subject]
O = Example Ltd
'
csr no-cn P-256 "$bare"
csr two-cns P-256 "$bare
0.CN = www.example.com
1.CN = shop.example.com"
csr no-extensions P-256 "$bare
CN = www.example.com"
csr cn-not-in-sans P-256 "$(printf '%s' "$ordinary" | sed 's/^subjectAltName.*/subjectAltName = DNS:other.example.com/')"
csr wildcard P-256 "$(printf '%s' "$ordinary" | sed 's/^CN = .*/CN = *.example.com/; s/^subjectAltName.*/subjectAltName = DNS:*.example.com/')"
# Subject alternative names of many kinds, one of them a dNSName that is none.
csr san-kinds P-256 "$(printf '%s' "$ordinary" | sed 's/^subjectAltName.*/subjectAltName = DNS:www.example.com, DNS:under_score.example.com, IP:192.0.2.1, IP:2001:db8::1, email:a@example.com, URI:https:\/\/example.com\/, RID:1.2.3.4/')"

# --- requests, written otherwise ------------------------------------------------------------------

openssl req -in p256.csr -outform DER -out p256.der
sed 's/$/\r/' p256.csr >crlf.csr
openssl req -in p256.csr -text -out leading-text.csr
openssl req -in p256.csr -newhdr -out old-label.csr
{ printf '\357\273\277'; cat p256.csr; } >bom.csr
# Trailing blanks, indentation and an empty line, as text gets when it is pasted.
sed 's/^/  /; s/$/ \t/' p256.csr | sed '2{x;p;x}' >pasted.csr
cat p256.csr p384.csr >two-requests.csr
# A letter of the common name is another one: the signature stands over other bytes.
LC_ALL=C sed 's/www\.example\.com/wwx.example.com/' p256.der >broken-signature.der

# --- private keys, published on purpose -----------------------------------------------------------

openssl ec -in "$tmp/P-256.pem" -out public-test-key-p256-sec1.pem 2>/dev/null
cp "$tmp/P-256.pem" public-test-key-p256-pkcs8.pem
openssl pkcs8 -topk8 -nocrypt -in "$tmp/P-256.pem" -outform DER -out public-test-key-p256-pkcs8.der
openssl ec -in "$tmp/P-256.pem" -outform DER -out public-test-key-p256-sec1.der 2>/dev/null
cp "$tmp/P-384.pem" public-test-key-p384-pkcs8.pem
cp "$tmp/P-521.pem" public-test-key-p521-pkcs8.pem
cp "$tmp/rsa2048.pem" public-test-key-rsa2048-pkcs8.pem
openssl rsa -in "$tmp/rsa2048.pem" -traditional -out public-test-key-rsa2048-pkcs1.pem 2>/dev/null
cp "$tmp/rsa1024.pem" public-test-key-rsa1024-pkcs8.pem
cp "$tmp/ed25519.pem" public-test-key-ed25519-pkcs8.pem
openssl pkcs8 -topk8 -in "$tmp/P-256.pem" -passout pass:public -out public-test-key-p256-encrypted.pem
openssl pkcs8 -topk8 -in "$tmp/P-256.pem" -passout pass:public -outform DER \
    -out public-test-key-p256-encrypted.der
openssl ec -in "$tmp/P-256.pem" -aes128 -passout pass:public \
    -out public-test-key-p256-traditional-encrypted.pem 2>/dev/null
# What `openssl ecparam -genkey` writes: the curve, then the key.
{ openssl ecparam -name prime256v1; cat public-test-key-p256-sec1.pem; } \
    >public-test-key-p256-with-parameters.pem
openssl pkey -in "$tmp/P-256.pem" -pubout -out p256-public.pem
openssl pkey -in "$tmp/P-256.pem" -pubout -outform DER -out p256-public.der

cat p256.csr public-test-key-p256-sec1.pem >request-with-key.csr
cat public-test-key-p256-encrypted.pem p256.csr >request-with-encrypted-key.csr

# --- a root, an intermediate, a leaf --------------------------------------------------------------

cat >"$tmp/ca.cnf" <<'CNF'
[ca]
default_ca = any
[any]
database = $ENV::CA_DIR/index
new_certs_dir = $ENV::CA_DIR
serial = $ENV::CA_DIR/serial
unique_subject = no
default_md = sha256
policy = anything
email_in_dn = no
[anything]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = optional
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
subjectAltName = DNS:www.example.com, DNS:example.com
[address_only]
basicConstraints = critical, CA:FALSE
authorityKeyIdentifier = keyid:always
subjectAltName = IP:192.0.2.1
[underscore]
basicConstraints = critical, CA:FALSE
authorityKeyIdentifier = keyid:always
subjectAltName = DNS:under_score.example.com
[no_identifiers]
basicConstraints = critical, CA:FALSE
subjectKeyIdentifier = none
authorityKeyIdentifier = none
subjectAltName = DNS:www.example.com
[issuer_serial]
basicConstraints = critical, CA:FALSE
authorityKeyIdentifier = issuer:always
subjectAltName = DNS:www.example.com
CNF
CA_DIR=$tmp
export CA_DIR
: >"$tmp/index"

for who in root intermediate leaf foreign impostor; do
    openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$tmp/$who.pem"
done
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$tmp/intermediate.pem"

# certificate NAME KEY SUBJECT SECTION SERIAL FROM TO ISSUER-OPTIONS...: writes NAME.pem.
certificate() {
    name=$1 key=$2 subject=$3 section=$4
    echo "$5" >"$tmp/serial"
    from=$6 to=$7
    shift 7
    openssl req -new -config "$tmp/req.cnf" -key "$tmp/$key.pem" -utf8 -subj "$subject" -out "$tmp/csr"
    openssl ca -batch -notext -preserveDN -config "$tmp/ca.cnf" -in "$tmp/csr" -extensions "$section" \
        -startdate "$from" -enddate "$to" -out "$name.pem" "$@" 2>"$tmp/log" || { cat "$tmp/log"; exit 1; }
}
printf '%s\n' "$bare" >"$tmp/req.cnf"

certificate root root '/C=CN/O=Example, Inc./CN=Example Root' root 01 \
    20200101000000Z 20600101000000Z -selfsign -keyfile "$tmp/root.pem"
certificate intermediate intermediate '/C=CN/O=Example, Inc./CN=Example Intermediate' intermediate 1000 \
    20250101000000Z 20351231235959Z -cert root.pem -keyfile "$tmp/root.pem"
by_intermediate="-cert intermediate.pem -keyfile $tmp/intermediate.pem"
# 200 days, counting both ends, and a serial number whose first bit asks for a leading zero byte.
certificate leaf leaf /CN=www.example.com leaf F0E1D2C3B4A5968778695A4B3C2D1E0F \
    20260525000000Z 20261210235959Z $by_intermediate
certificate foreign foreign /CN=www.example.net leaf 2002 \
    20260525000000Z 20261210235959Z $by_intermediate
# For the key of p256.csr; valid beyond 2049, so its end is a GeneralizedTime.
certificate leaf-p256 P-256 /CN=www.example.com leaf 2003 \
    20260525000000Z 20500101000000Z $by_intermediate
certificate leaf-address foreign /CN=192.0.2.1 address_only 2004 \
    20260525000000Z 20261210235959Z $by_intermediate
certificate leaf-underscore foreign /CN=under_score.example.com underscore 2005 \
    20260525000000Z 20261210235959Z $by_intermediate
certificate leaf-sha1 leaf /CN=www.example.com leaf 2006 \
    20260525000000Z 20261210235959Z $by_intermediate -md sha1
# An intermediate that signs with Ed25519, and its leaf.
certificate intermediate-ed25519 ed25519 '/CN=Example Edwards' intermediate 1001 \
    20250101000000Z 20351231235959Z -cert root.pem -keyfile "$tmp/root.pem"
certificate leaf-ed25519 leaf /CN=www.example.com leaf 2007 \
    20260525000000Z 20261210235959Z -cert intermediate-ed25519.pem -keyfile "$tmp/ed25519.pem" -md null
# The intermediate's name with another key: once with a key identifier of its own, once used by a
# leaf that names no key.
certificate impostor impostor '/C=CN/O=Example, Inc./CN=Example Intermediate' intermediate 1002 \
    20250101000000Z 20351231235959Z -cert root.pem -keyfile "$tmp/root.pem"
certificate leaf-no-identifiers leaf /CN=www.example.com no_identifiers 2008 \
    20260525000000Z 20261210235959Z $by_intermediate
# A leaf that names its issuer's certificate by name and serial number, not by key.
certificate leaf-issuer-serial leaf /CN=www.example.com issuer_serial 2014 \
    20260525000000Z 20261210235959Z $by_intermediate
# A leaf that issues.
certificate leaf-by-leaf foreign /CN=deep.example.com leaf 2009 \
    20260525000000Z 20261210235959Z -cert leaf.pem -keyfile "$tmp/leaf.pem"
# Two authorities that signed each other.
certificate loop-a foreign /CN=A root 2010 20250101000000Z 20351231235959Z -selfsign -keyfile "$tmp/foreign.pem"
certificate loop-b impostor /CN=B intermediate 2011 20250101000000Z 20351231235959Z \
    -cert loop-a.pem -keyfile "$tmp/foreign.pem"
certificate loop-a foreign /CN=A intermediate 2012 20250101000000Z 20351231235959Z \
    -cert loop-b.pem -keyfile "$tmp/impostor.pem"
certificate leaf-of-loop leaf /CN=www.example.com leaf 2013 \
    20260525000000Z 20261210235959Z -cert loop-a.pem -keyfile "$tmp/foreign.pem"
# What `openssl req -x509` makes: its own issuer, and an authority with names.
openssl req -x509 -new -config "$tmp/req.cnf" -key "$tmp/leaf.pem" -subj /CN=self.example.com \
    -days 30 -addext basicConstraints=critical,CA:TRUE -addext subjectAltName=DNS:self.example.com \
    -out self-signed.pem

cat intermediate.pem root.pem leaf.pem >chain-shuffled.pem
openssl x509 -in leaf.pem -outform DER -out leaf.der
# A leaf whose signature stands over other bytes.
LC_ALL=C sed 's/www\.example\.com/wwx.example.com/' leaf.der >leaf-broken-signature.der
openssl x509 -in leaf-broken-signature.der -inform DER -out leaf-broken-signature.pem
rm leaf-broken-signature.der
# Version 1 has no extensions; a revocation list of either version.
openssl req -new -config "$tmp/req.cnf" -key "$tmp/leaf.pem" -subj /CN=old.example.com |
    openssl x509 -req -CA root.pem -CAkey "$tmp/root.pem" -set_serial 3 -outform DER -out version-1.der 2>/dev/null
openssl ca -config "$tmp/ca.cnf" -gencrl -crldays 30 -cert root.pem -keyfile "$tmp/root.pem" 2>/dev/null |
    openssl crl -outform DER -out crl-v1.der
echo 01 >"$tmp/crlnumber"
printf '[ca]\ndefault_ca = any\n[any]\ndatabase = %s/index\ncrlnumber = %s/crlnumber\ndefault_md = sha256\n' \
    "$tmp" "$tmp" >"$tmp/crl.cnf"
openssl ca -config "$tmp/crl.cnf" -gencrl -crldays 30 -cert root.pem -keyfile "$tmp/root.pem" 2>/dev/null |
    openssl crl -outform DER -out crl-v2.der
openssl rsa -in "$tmp/rsa2048.pem" -RSAPublicKey_out -outform DER -out rsa2048-public-pkcs1.der 2>/dev/null
openssl crl2pkcs7 -nocrl -certfile root.pem -out root.p7b

# --- what openssl says of them --------------------------------------------------------------------

# SHA-256 of each SubjectPublicKeyInfo.
{
    for one in *.csr; do
        case $one in *request* | pasted.csr) continue ;; esac
        printf '%s %s\n' "$one" "$(openssl req -in "$one" -pubkey -noout |
            openssl pkey -pubin -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1)"
    done
    for one in root intermediate leaf leaf-p256; do
        printf '%s %s\n' "$one.pem" "$(openssl x509 -in "$one.pem" -pubkey -noout |
            openssl pkey -pubin -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1)"
    done
} >spki-sha256.txt

# --- the walkthrough's request --------------------------------------------------------------------

mkdir -p ../../../examples/data
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$tmp/walkthrough.pem"
printf '%s\n' "$ordinary" | sed 's/^subjectAltName.*/subjectAltName = DNS:www.example.com/; /^C = /d; /^O = /d' \
    >"$tmp/req.cnf"
openssl req -new -config "$tmp/req.cnf" -key "$tmp/walkthrough.pem" -sha256 \
    -out ../../../examples/data/www.example.com.csr
