// What a test can name in a workflow: approvals, tasks, places where it waits.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/sema/context.h"

namespace endcap::sema {

struct WorkflowNames {
  struct Asked {
    std::set<uint32_t> roles;         // rows of its policy and escalations; the role of a task
    std::set<uint32_t> deciders;      // these and their stand-ins
    bool by_line = false;             // an approval of which lines may be refused
    abi::WaitPoint::Reasons reasons;  // that an approval demands
    TypeId arguments = abi::kNoType;  // of a task
    // What a task asks for, or an approval is countered with, and which fields come with a value. Tasks of
    // one name may have several.
    struct Form {
      TypeId record = abi::kNoType;
      std::set<uint32_t> prefilled;
    };
    std::vector<Form> forms;
  };
  struct Ending {
    bool failure = false;
    TypeId record = abi::kNoType;
  };
  std::map<std::string, Asked> approvals;  // by path as written
  std::map<std::string, Asked> tasks;      // by name, and by path as written, with and without its `task`
  std::set<std::string> waits,
      dues;  // paths as written, and what stands around them: "activate", "activate.inStores"
  std::map<std::string, Ending> outcomes;
  std::set<uint32_t> exceptions;  // raised by it, or by what it raises; their tasks are above
};

WorkflowNames names_of(Context& context, uint32_t workflow);

template <typename Value>
std::vector<std::string> keys_of(const std::map<std::string, Value>& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

}  // namespace endcap::sema
