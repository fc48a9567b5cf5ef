// Keeps the visitor's secret in a cookie. Where another window has set one meanwhile, that one stays.

export default function ({ data }) {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${data.name}=`));
  if (found && found !== `${data.name}=${data.value}`) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${data.name}=${data.value}; Max-Age=${data.seconds}; Path=/; SameSite=Lax${secure}`;
}
