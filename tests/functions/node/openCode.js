'use strict';

// Opens a code that was handed to a custom sender, with the key of `poolhouse pool sender-key` in place of KMS.

const { buildClient, CommitmentPolicy, RawAesKeyringNode, RawAesWrappingSuiteIdentifier } = require('@aws-crypto/client-node');

const [code, key] = [process.argv[2], JSON.parse(process.argv[3])];
const keyring = new RawAesKeyringNode({
  keyName: key.KeyName,
  keyNamespace: key.KeyNamespace,
  // A buffer of its own, which the library insists on.
  unencryptedMasterKey: new Uint8Array(Buffer.from(key.Key, 'base64')),
  wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
});
buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT)
  .decrypt(keyring, Buffer.from(code, 'base64'))
  .then(({ plaintext, messageHeader }) => {
    const pool = messageHeader.encryptionContext['userpool-id'];
    process.stdout.write(JSON.stringify({ code: plaintext.toString('utf8'), pool }));
  });
