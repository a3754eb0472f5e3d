// Content hashes.
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <memory>

#include "runtime/abi/frame.h"
#include "runtime/value/check.h"

namespace endcap::abi {
namespace {

// SHA256() looks the algorithm up each time, which takes longer than the hash of a short text.
struct Sha256 {
  std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm{EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                                            &EVP_MD_free};
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

}  // namespace

std::string sha256(std::string_view bytes) {
  thread_local Sha256 sha;
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  CHECK(EVP_DigestInit_ex(sha.context.get(), sha.algorithm.get(), nullptr) == 1 &&
        EVP_DigestUpdate(sha.context.get(), bytes.data(), bytes.size()) == 1 &&
        EVP_DigestFinal_ex(sha.context.get(), reinterpret_cast<unsigned char*>(hash.data()), nullptr) == 1);
  return hash;
}

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(bytes.size() * 2, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) {
    text[2 * i] = kDigits[static_cast<uint8_t>(bytes[i]) >> 4];
    text[2 * i + 1] = kDigits[static_cast<uint8_t>(bytes[i]) & 15];
  }
  return text;
}

}  // namespace endcap::abi
