#!/usr/bin/env bash
# Makes the inputs that fuzzing begins with, out of the tests' data: fuzz/seeds.sh FOLDER gives it a
# folder for each target. What the data does not have stands in fuzz/seeds.
set -euo pipefail
into=$(realpath -m "${1:?a folder to write to}")
cd "$(dirname "${BASH_SOURCE[0]}")"
pki=../tests/data/pki
stored=../tests/data/stored/v1

fresh() {
    rm -rf "${into:?}/$1"
    mkdir -p "$into/$1"
    [ ! -d "seeds/$1" ] || cp seeds/"$1"/* "$into/$1"
}
# The DER of a PEM file's first block.
der() {
    sed -n '/^-----BEGIN/,/^-----END/{/^-----END/q;/^-----/!p}' "$1" | base64 -d
}
# One file for each line.
lines() {
    local at=0 line
    while IFS= read -r line; do
        at=$((at + 1))
        printf '%s' "$line" >"$into/$1/$(basename "$2" .jsonl)-$at"
    done <"$2"
}

fresh pem
for file in bom.csr crlf.csr leading-text.csr old-label.csr pasted.csr two-requests.csr \
    request-with-key.csr chain-shuffled.pem root.p7b public-test-key-p256-traditional-encrypted.pem \
    public-test-key-p256-with-parameters.pem; do
    cp "$pki/$file" "$into/pem"
done
{ printf '\000'; der "$pki/p256.csr"; } >"$into/pem/request-in-a-block"
{ printf '\001'; cat "$pki/leaf.der"; } >"$into/pem/certificate-in-a-block"
{ printf '\003'; cat "$pki/public-test-key-p256-pkcs8.der"; } >"$into/pem/key-in-a-block"

fresh csr
for file in p256 p384 p521-sha256 ed25519 ed448 no-cn no-extensions two-cns wildcard san-kinds \
    rsa2048 rsa2048-sha1 rsa-pss rsa-pss-mixed rsa-pss-long-salt weak/exponent-1 weak/factor-3 weak/roca; do
    der "$pki/$file.csr" >"$into/csr/$(basename "$file")"
done
cp "$pki/version-1.der" "$pki/broken-signature.der" "$pki/p256.csr" "$into/csr"

fresh certificate
for file in leaf root intermediate intermediate-ed25519 leaf-ed25519 leaf-address leaf-by-leaf \
    leaf-issuer-serial leaf-no-identifiers leaf-underscore self-signed loop-a; do
    der "$pki/$file.pem" >"$into/certificate/$file"
done
cp "$pki/chain-shuffled.pem" "$into/certificate"
cat "$pki/loop-a.pem" "$pki/loop-b.pem" "$pki/leaf-of-loop.pem" >"$into/certificate/loop.pem"

fresh private_key
for file in p256-pkcs8 p256-sec1 p384-pkcs8 p521-pkcs8 ed25519-pkcs8 rsa2048-pkcs1 rsa1024-pkcs8 \
    p256-encrypted; do
    der "$pki/public-test-key-$file.pem" >"$into/private_key/$file"
done
cp "$pki/public-test-key-p256-sec1.pem" "$into/private_key"

fresh rulebook_file
awk '/^extends = /{inside=1} /^```/{inside=0} inside' ../README.md >"$into/rulebook_file/readme"
# A clause of each kind, as the values are frozen.
awk -v into="$into/rulebook_file" '
    /^\[\[/ { table = $0; next }
    /^value = / && !(table in seen) {
        seen[table] = 1
        name = substr(table, 3, length(table) - 4)
        printf "extends = \"published\"\nreplace = [\"%s\"]\n%s\nfrom = \"2018-06-07\"\n%s\nsources = [\"S0\"]\n", \
            name, table, $0 >(into "/" name)
    }' ../tests/data/rulebook_values.txt

fresh rulebook_value
# The first byte is the place of the kind, in the order in which the file has them.
declare -A place=()
while IFS= read -r line; do
    case $line in
    '[['*)
        name=${line#'[['}
        name=${name%']]'}
        [ -n "${place[$name]:-}" ] || place[$name]=${#place[@]}
        at=0
        ;;
    'value = '*)
        at=$((at + 1))
        [ "$at" -le 3 ] || continue
        # shellcheck disable=SC2059
        { printf "\\x$(printf %02x "${place[$name]}")"; printf '%s' "${line#value = }"; } \
            >"$into/rulebook_value/$name-$at"
        ;;
    esac
done <../tests/data/rulebook_values.txt

fresh stored
fresh command_lines
for file in "$stored"/*.jsonl; do
    case $file in
    */command.jsonl) lines command_lines "$file" ;;
    *) lines stored "$file" ;;
    esac
done
# A question is the events before, and a command.
{
    printf '{"v":1,"type":"question","events":[%s],"command":%s}' \
        "$(head -n 1 "$stored/plan.jsonl")" "$(sed -n 4p "$stored/command.jsonl")"
} >"$into/command_lines/question"
fresh plan_counters
fresh texts
