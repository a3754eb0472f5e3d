// Merkle trees: see merkle.h.
#include "runtime/engine/merkle.h"

#include "runtime/abi/frame.h"

namespace endcap::merkle {
namespace {

std::string node_hash(const std::string& left, const std::string& right) {
  return abi::sha256('\1' + left + right);
}

// The tree over [begin, end): splits at the largest power of two below its size.
std::string subtree(const std::vector<std::string>& leaves, size_t begin, size_t end,
                    std::vector<std::vector<std::string>>& proofs) {
  if (end - begin == 1) return leaves[begin];
  size_t half = 1;
  while (half * 2 < end - begin) half *= 2;
  const size_t middle = begin + half;
  const std::string left = subtree(leaves, begin, middle, proofs),
                    right = subtree(leaves, middle, end, proofs);
  for (size_t i = begin; i < end; ++i) proofs[i].push_back(i < middle ? right : left);
  return node_hash(left, right);
}

}  // namespace

std::string leaf_hash(std::string_view leaf) { return abi::sha256('\0' + std::string(leaf)); }

Tree build(const std::vector<std::string>& leaf_hashes) {
  Tree tree;
  tree.proofs.resize(leaf_hashes.size());
  tree.root =
      leaf_hashes.empty() ? abi::sha256("") : subtree(leaf_hashes, 0, leaf_hashes.size(), tree.proofs);
  return tree;
}

bool verify(const std::string& leaf_hash, uint64_t index, uint64_t size,
            const std::vector<std::string>& proof, const std::string& root) {
  if (index >= size) return false;
  uint64_t place = index, last = size - 1;
  std::string hash = leaf_hash;
  for (const std::string& sibling : proof) {
    if (last == 0) return false;
    if ((place & 1) != 0 || place == last) {
      hash = node_hash(sibling, hash);
      while ((place & 1) == 0 && place != 0) place >>= 1, last >>= 1;
    } else {
      hash = node_hash(hash, sibling);
    }
    place >>= 1, last >>= 1;
  }
  return last == 0 && hash == root;
}

}  // namespace endcap::merkle
