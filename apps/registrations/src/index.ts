export { Registration, type Registered } from './registration.js';
export { Registrations } from './registrations.js';
