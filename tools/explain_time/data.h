// The data of a played workflow: what a test of the project gives, what is typed, and what is made up.
#pragma once

#include <nlohmann/json.hpp>

#include "compiler/sema/typed.h"
#include "tools/explain_time/words.h"
#include "tools/testing/estate.h"

namespace endcap::explain {

// What a test of the project says of the world before its story begins.
struct Given {
  std::string test;  // its name
  std::vector<sema::GivenEntity> entities;
  sema::TestStart start;
  std::string zone;
};

// The first test that starts the workflow, or the one with `like` in its name; taken out of the program. None
// where there is none; the error is one sentence.
std::expected<std::optional<Given>, std::string> given_by_a_test(sema::Program& program, uint32_t workflow,
                                                                 const std::string& like);

class Data {
 public:
  Data(const abi::Program& program, const abi::Workflow& workflow, const WorkflowWords& words,
       testing::Estate& estate, Date start, std::string zone);
  // The estate holds on to it.
  Data(const Data&) = delete;
  Data& operator=(const Data&) = delete;

  using Went = std::expected<void, std::string>;
  Went take(const Given& given);
  // "promo.launch=2026-12-01", "store=1001", "Store.timeZone=Australia/Perth".
  Went set(const std::string& argument);
  Went finish();  // after the last argument

  std::string start_arguments() const { return arguments_.dump(); }
  // A value that the data has under this type, as JSON: what an event about this workflow brings.
  std::optional<nlohmann::ordered_json> known_value(abi::TypeId type) const;
  std::vector<std::string> assumed() const { return assumed_; }

 private:
  testing::Estate::Entity invent(uint32_t view, const std::map<uint32_t, std::string>& known);
  Went set_parameter(uint32_t parameter, const std::string& text);
  Went set_field(uint32_t view, std::optional<std::string> key, const std::string& name,
                 const std::string& text);
  std::string key_of(const WorkflowWords::Parameter& parameter) const;
  std::string view_name(uint32_t view) const;

  const abi::Program& program_;
  const abi::Workflow& workflow_;
  const WorkflowWords& words_;
  testing::Estate& estate_;
  const Date start_;
  const std::string zone_;
  nlohmann::ordered_json arguments_ = nlohmann::ordered_json::object();
  struct Typed {
    uint32_t view, field;
    std::optional<std::string> key;  // of one entity, or all of the view
    std::string packed, text;
  };
  std::vector<Typed> typed_;
  std::vector<std::string> assumed_;
};

}  // namespace endcap::explain
