/** Makes the mistakes of a hub's process that no part of it catches: a rejection on SIGUSR2, an exception at the second. */
let made = 0;
process.on("SIGUSR2", () => {
  made++;
  if (made === 1) void Promise.reject(new Error("nobody looked at srv_0123456789abcdef0123456789abcdef"));
  else throw new Error("in the middle of something");
});
