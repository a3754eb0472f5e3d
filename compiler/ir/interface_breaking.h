// What becomes of partners when a new version of the project takes over: comparison of interfaces, by what is sent and what comes of it.
// A version of its own may change everything; under the same number only what every caller of before still fits.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/abi/program.h"

namespace endcap::ir {

struct InterfaceShape {
  struct Parameter {
    std::string name, text;  // "Money<AUD>"
    abi::Type type;          // inside an optional
    bool optional = false;
  };
  struct Operation {
    std::string name;
    std::vector<Parameter> parameters;
    std::string scope;   // name of the parameter; empty: none
    std::string effect;  // "sends OfferAccepted(id: promo, price: price)"
  };
  std::string name;
  uint32_t version = 0;
  std::string partner;
  std::optional<Instant> until;
  uint32_t quota_count = 0;
  Duration quota_period = 0;
  std::vector<Operation> operations;
};

// Of each version of each interface, by name and version.
std::vector<InterfaceShape> interface_shapes(const abi::Program& program);

struct InterfaceFinding {
  enum class Kind : uint8_t {
    VersionGone,       // before its day, or without one
    UntilEarlier,      // it goes sooner than was said
    PartnerChanged,
    OperationGone,
    ParameterNew,      // that has to be sent
    ParameterGone,     // and is refused now
    ParameterNeeded,   // it could be left out
    TypeNarrowed,      // some of what was sent does not fit any more
    ScopeChanged,
    EffectChanged,
    QuotaLowered,      // a note: nothing that a partner sends is wrong
  };
  Kind kind;
  std::string interface;
  uint32_t version = 0;
  std::string operation, parameter;  // empty: of the whole
  std::string before, after;

  bool is_note() const { return kind == Kind::QuotaLowered; }
};

// `now` says which versions have had their day.
std::vector<InterfaceFinding> compare(const std::vector<InterfaceShape>& before, const std::vector<InterfaceShape>& after, Instant now);

std::string describe(const InterfaceFinding& finding);       // one sentence, with where it is
std::string_view word(InterfaceFinding::Kind kind);          // "operation gone": for programs

}  // namespace endcap::ir
