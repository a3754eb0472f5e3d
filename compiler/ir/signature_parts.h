// What the signature is made of: structures as text and as hashes.
#pragma once

#include <map>
#include <string>

#include "compiler/ir/signature.h"

namespace endcap::ir {

// Texts of the types of one program, each made once.
class ShapeTexts {
 public:
  explicit ShapeTexts(const abi::Types& types) : types_(types) {}
  // The structure: "Store{id: StoreId(Text(4)) key, ...}". It changes exactly when stored values would not be
  // understood.
  const std::string& structure(abi::TypeId id);

 private:
  std::string make(const abi::Type& type);
  const abi::Types& types_;
  std::map<abi::TypeId, std::string> known_;
};

// The first 16 hex digits of SHA-256: enough to tell versions of one project apart.
std::string short_hash(std::string_view text);

// What is sent when an operation is called: address and every field with its type.
std::string payload_hash(const abi::Program& program, const abi::Operation& operation, ShapeTexts& shapes);
// What finds an entity of a view.
std::string key_hash(const abi::Program& program, const abi::View& view, ShapeTexts& shapes);
// What a policy looks at, and what of it is read again before a write.
std::string facts_hash(const abi::Program& program, const abi::Policy& policy, ShapeTexts& shapes);
// Where a view's values come from.
std::string projection_hash(const abi::Program& program, const abi::View& view);

// Whose wait it is: see SignaturePoint::machine.
std::string machine_path(const abi::Machine& machine);
std::string start_path(const abi::Machine& machine);

std::string_view kind_name(abi::WaitKind kind);

// What the hash of a signature is over: all of it but the version and the places in the source.
std::string canonical_text(const Signature& signature);

}  // namespace endcap::ir
