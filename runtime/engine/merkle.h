// Merkle trees over the leaves of an approval, as RFC 9162 (and 6962) section 2.1 says: leaves and nodes are
// hashed with different prefixes, so that neither passes for the other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace endcap::merkle {

std::string leaf_hash(std::string_view leaf);  // SHA-256(0x00 || leaf)

struct Tree {
  std::string root;                              // SHA-256 of nothing when there are no leaves
  std::vector<std::vector<std::string>> proofs;  // inclusion proof of each leaf, from the leaf up
};
Tree build(const std::vector<std::string>& leaf_hashes);

// RFC 9162 section 2.1.3.2.
bool verify(const std::string& leaf_hash, uint64_t index, uint64_t size,
            const std::vector<std::string>& proof, const std::string& root);

}  // namespace endcap::merkle
