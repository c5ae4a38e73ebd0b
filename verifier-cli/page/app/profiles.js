// What a post needs to know, and what it shows. `policy` is what the verifier demands.

export const profiles = {
  boarding: {
    policy: { require: ["nik", "full_name", "birth_date"] },
    shows: ["birth_date"],
    manifest: true,
  },
  bank: {
    policy: { require: ["nik", "full_name", "birth_date", "address"], status: "require" },
    shows: ["birth_place", "birth_date", "gender", "address", "mother_name", "nationality"],
  },
  bpjs: {
    policy: { require: ["nik", "full_name", "birth_date"] },
    shows: ["birth_date", "gender", "kk_number"],
  },
  age: {
    policy: { require: ["age_over_18"] },
    shows: [],
    age: 18,
  },
  guest: {
    policy: { require: ["full_name"] },
    shows: [],
  },
};
